#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The file system calls the spool needs.
///
/// All of them block: call them on a blocking pool.
enum SpoolFiles {
    /// Writes a file so that after a crash at any moment it is there whole or not at all: written under a temporary name and
    /// flushed, renamed, and the folder flushed.
    static func writeDurably(_ bytes: [UInt8], name: String, folder: String) throws(SpoolError) {
        let operation = "spool.write"
        let temporary = "\(folder)/\(temporaryPrefix)\(name)"
        let path = "\(folder)/\(name)"
        do throws(SpoolError) {
            let file = try FileDescriptor(temporary, O_WRONLY | O_CREAT | O_TRUNC, operation: operation)
            try file.write(bytes, operation: operation, path: temporary)
            try file.synchronize(operation: operation, path: temporary)
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronizeFolder(folder)
    }

    static let temporaryPrefix = ".tmp-"

    /// The whole file, or its first `limit` bytes, and its size.
    static func read(_ path: String, limit: Int) throws(SpoolError) -> (bytes: [UInt8], size: Int) {
        let operation = "spool.read"
        let file = try FileDescriptor(path, O_RDONLY | O_NOFOLLOW, operation: operation)
        let size = try file.size(operation: operation, path: path)
        return (try file.read(min(size, limit), operation: operation, path: path), size)
    }

    /// The names in a folder in order; a folder that is not there is empty.
    static func names(in folder: String) throws(SpoolError) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw SpoolError(errno: errno, operation: "spool.list", path: folder)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder with those above it, for this user alone.
    static func makeFolder(_ path: String) throws(SpoolError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let number = errno
        guard number == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw SpoolError(errno: number, operation: "spool.open", path: path)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SpoolError(errno: errno, operation: "spool.open", path: path)
        }
    }

    static func rename(_ source: String, to destination: String) throws(SpoolError) {
        #if canImport(Darwin)
            let result = Darwin.rename(source, destination)
        #elseif canImport(Musl)
            let result = Musl.rename(source, destination)
        #else
            let result = Glibc.rename(source, destination)
        #endif
        guard result == 0 else { throw SpoolError(errno: errno, operation: "spool.rename", path: source) }
    }

    /// Removes a file; one that is not there is removed already.
    static func remove(_ path: String) throws(SpoolError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw SpoolError(errno: errno, operation: "spool.remove", path: path)
        }
    }

    /// Removes a folder if it is empty.
    static func removeFolder(_ path: String) {
        rmdir(path)
    }

    /// Makes renames and new names in a folder survive a crash.
    static func synchronizeFolder(_ folder: String) throws(SpoolError) {
        let file = try FileDescriptor(folder, O_RDONLY | O_DIRECTORY, operation: "spool.flush")
        try file.synchronize(operation: "spool.flush", path: folder)
    }
}

/// An open file, closed when it goes.
struct FileDescriptor: ~Copyable {
    private let number: Int32

    init(_ path: String, _ flags: Int32, operation: String) throws(SpoolError) {
        number = open(path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw SpoolError(errno: errno, operation: operation, path: path) }
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

    func size(operation: String, path: String) throws(SpoolError) -> Int {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SpoolError(errno: errno, operation: operation, path: path) }
        return Int(status.st_size)
    }

    func write(_ bytes: [UInt8], operation: String, path: String) throws(SpoolError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                #elseif canImport(Musl)
                    Musl.write(number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                #else
                    Glibc.write(number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                #endif
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw SpoolError(errno: errno, operation: operation, path: path)
            }
            offset += written
        }
    }

    /// Reads up to `count` bytes from the start; fewer when the file is shorter.
    func read(_ count: Int, operation: String, path: String) throws(SpoolError) -> [UInt8] {
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

    func synchronize(operation: String, path: String) throws(SpoolError) {
        while fsync(number) != 0 {
            if errno == EINTR { continue }
            throw SpoolError(errno: errno, operation: operation, path: path)
        }
    }
}
