import Crypto
import Glibc
import Synchronization

/// The SHA-256 of files, each read once for as long as it stays what it is: the engines of several GPUs ask for the same.
enum FileDigest {
    /// What changes with a file's bytes, whoever writes them.
    private struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
        let size: Int
        let changes: [Int]

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int(status.st_size)
            changes = [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    private static let known = Mutex<[Identity: String]>([:])

    /// The digest in hexadecimal digits; nil when there is no file, or it cannot be read.
    static func sha256(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let identity = Identity(status)
        if let digest = known.withLock({ $0[identity] }) { return digest }
        guard let digest = sha256(of: descriptor, count: identity.size) else { return nil }
        known.withLock { $0[identity] = digest }
        return digest
    }

    private static func sha256(of descriptor: Int32, count: Int) -> String? {
        var hash = SHA256()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var left = count
        while left > 0 {
            let length = read(descriptor, &piece, min(left, piece.count))
            if length < 0, errno == EINTR { continue }
            guard length > 0 else { return nil }
            piece.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
            left -= length
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
