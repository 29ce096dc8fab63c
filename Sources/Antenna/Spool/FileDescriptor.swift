internal import Glibc
import Telemetry

/// An open file of the spool, closed when it goes.
struct FileDescriptor: ~Copyable {
    private static let careful = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    private let number: Int32

    /// Opens a file that is as the spool makes them: regular, under one name, this user's, and nobody else's to read or write.
    ///
    /// - Throws: ``SpoolError`` with `untrusted` for any other; it is not read.
    init(_ path: String, _ flags: Int32, operation: OperationName) throws(SpoolError) {
        number = try Self.opened(path, flags, operation)
    }

    private static func opened(_ path: String, _ flags: Int32, _ operation: OperationName) throws(SpoolError) -> Int32 {
        // Looked at first: opening alone does things to some devices.
        var status = stat()
        if lstat(path, &status) == 0 { try check(status, path) }
        let number = open(path, flags | careful, 0o600)
        guard number >= 0 else { throw SpoolError(errno: errno, operation: operation, path: path) }
        do throws(SpoolError) {
            guard fstat(number, &status) == 0 else { throw SpoolError(errno: errno, operation: operation, path: path) }
            try check(status, path)
        } catch {
            close(number)
            throw error
        }
        return number
    }

    /// Opens a folder, to flush it.
    init(folder: String, operation: OperationName) throws(SpoolError) {
        number = open(folder, O_RDONLY | O_DIRECTORY | Self.careful)
        guard number >= 0 else { throw SpoolError(errno: errno, operation: operation, path: folder) }
    }

    private static func check(_ status: stat, _ path: String) throws(SpoolError) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw SpoolError.untrusted("\(path) is no regular file") }
        guard status.st_uid == geteuid() else { throw SpoolError.untrusted("\(path) belongs to another user") }
        guard status.st_mode & 0o7077 == 0 else { throw SpoolError.untrusted("others have rights to \(path)") }
        guard status.st_nlink == 1 else { throw SpoolError.untrusted("\(path) has other names, too") }
    }

    deinit {
        if number >= 0 { close(number) }
    }

    /// Takes the file's lock, which lasts as long as the file is open.
    ///
    /// - Returns: `false` when somebody else has it and `waits` is not set.
    func lock(waits: Bool, path: String) throws(SpoolError) -> Bool {
        while flock(number, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw SpoolError(errno: errno, operation: "spool.lock", path: path)
            }
        }
        return true
    }

    func size(operation: OperationName, path: String) throws(SpoolError) -> Int {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SpoolError(errno: errno, operation: operation, path: path) }
        return Int(status.st_size)
    }

    func write(_ bytes: [UInt8], operation: OperationName, path: String) throws(SpoolError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                Glibc.write(number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw SpoolError(errno: errno, operation: operation, path: path)
            }
            offset += written
        }
    }

    /// Reads up to `count` bytes from the start; fewer when the file is shorter.
    func read(_ count: Int, operation: OperationName, path: String) throws(SpoolError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var offset = 0
        while offset < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(number, buffer.baseAddress?.advanced(by: offset), count - offset, off_t(offset))
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw SpoolError(errno: errno, operation: operation, path: path)
            }
            if got == 0 { break }
            offset += got
        }
        return Array(bytes.prefix(offset))
    }

    func synchronise(operation: OperationName, path: String) throws(SpoolError) {
        while fsync(number) != 0 {
            if errno == EINTR { continue }
            throw SpoolError(errno: errno, operation: operation, path: path)
        }
    }
}
