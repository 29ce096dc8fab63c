import Glibc

/// What a path leads to: two paths with the same identity lead to the same file or folder.
struct FileIdentity: Hashable {
    let isFolder: Bool
    let isFile: Bool
    private let device: dev_t
    private let number: ino_t

    /// Follows links; nil when nothing is there, or when it must not be looked at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isFile = status.st_mode & S_IFMT == S_IFREG
        device = status.st_dev
        number = status.st_ino
    }
}
