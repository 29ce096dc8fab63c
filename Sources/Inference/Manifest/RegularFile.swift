import Glibc

/// Reads files that a manifest names: only files, and only as much as one of their kind can have.
///
/// A pipe would be waited for, a device read without an end.
enum RegularFile {
    /// More than a manifest or a list of labels has.
    static let maximumBytes = 16 << 20

    /// Whether there is a file of this name; links are followed.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The first bytes of a file, fewer where it is shorter; nil when it cannot be read.
    static func start(_ path: String, count: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let length = read(descriptor, &bytes, count)
        return length < 0 ? nil : Array(bytes.prefix(length))
    }

    /// All bytes of a file; nil when it is none, cannot be read, or is larger than ``maximumBytes``.
    static func contents(_ path: String) -> [UInt8]? {
        // Without waiting, should it be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        while bytes.count <= maximumBytes {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                guard errno == EINTR else { return nil }
                continue
            }
            bytes += piece[..<count]
        }
        return nil
    }
}
