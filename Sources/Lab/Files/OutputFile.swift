import Glibc
import Worker

/// A file that is written anew.
final class OutputFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Makes the file, or empties it.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure() }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes all of the bytes at a place of the file.
    ///
    /// - Throws: `CommandFailure` that says why they cannot be written.
    func write(_ bytes: [UInt8], at offset: Int) throws(CommandFailure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            }
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                throw failure()
            }
        }
    }

    private func failure() -> CommandFailure {
        CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
