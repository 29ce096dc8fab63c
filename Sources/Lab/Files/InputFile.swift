import Glibc
import Worker

/// A file that is read at any place of it.
final class InputFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens it.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The bytes from a place on; fewer than asked for only at the file's end.
    ///
    /// - Throws: `CommandFailure` that says why they cannot be read.
    func read(_ count: Int, at offset: Int) throws(CommandFailure) -> [UInt8] {
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[filled...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if got > 0 {
                    filled += got
                } else if got == 0 || errno != EINTR {
                    problem = got < 0 ? errno : 0
                    return
                }
            }
        }
        guard problem == 0 else { throw failure(problem) }
        return bytes
    }

    private func failure(_ code: Int32) -> CommandFailure {
        CommandFailure("\(path) cannot be read: \(String(cString: strerror(code))).")
    }
}
