internal import Glibc
import Telemetry

/// The file system calls the spool needs.
///
/// What lies there is sent with the API token, so only what this user made and nobody else can write is believed: no link is followed, nothing
/// but regular files is opened, and nothing that is opened can block. All of them may wait for the disk: call them on a blocking pool.
enum SpoolFiles {
    static let temporaryPrefix = ".tmp-"
    /// More than any disk has, and little enough to be reckoned with.
    private static let mostBytes = 1 << 56
    static let answerSuffix = ".answer.txt"

    /// Writes a file so that after a crash at any moment it is there whole or not at all: written under a temporary name and
    /// flushed, renamed, and the folder flushed.
    static func writeDurably(_ bytes: [UInt8], name: String, folder: String) throws(SpoolError) {
        let operation: OperationName = "spool.write"
        let temporary = "\(folder)/\(temporaryPrefix)\(name)"
        let path = "\(folder)/\(name)"
        do throws(SpoolError) {
            let file = try FileDescriptor(temporary, O_WRONLY | O_CREAT | O_EXCL, operation: operation)
            try file.write(bytes, operation: operation, path: temporary)
            try file.synchronise(operation: operation, path: temporary)
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        do throws(SpoolError) {
            try synchroniseFolder(folder)
        } catch {
            // The caller keeps what it is told was not written, and the file would be posted beside it.
            unlink(path)
            throw error
        }
    }

    /// Writes a file that a crash may take; whoever reads it sees by its checksum whether it is whole.
    static func write(_ bytes: [UInt8], name: String, folder: String) throws(SpoolError) {
        let path = "\(folder)/\(name)"
        do throws(SpoolError) {
            let file = try FileDescriptor(path, O_WRONLY | O_CREAT | O_EXCL, operation: "spool.write")
            try file.write(bytes, operation: "spool.write", path: path)
        } catch {
            if !error.isExistingFile { unlink(path) }
            throw error
        }
    }

    /// The whole file, or its first `limit` bytes, and its size.
    static func read(_ path: String, limit: Int) throws(SpoolError) -> (bytes: [UInt8], size: Int) {
        let operation: OperationName = "spool.read"
        let file = try FileDescriptor(path, O_RDONLY, operation: operation)
        let size = try file.size(operation: operation, path: path)
        return (try file.read(min(size, limit), operation: operation, path: path), size)
    }

    /// Opens a file to lock, made where it is not there.
    static func lockFile(_ path: String, operation: OperationName) throws(SpoolError) -> FileDescriptor {
        try FileDescriptor(path, O_RDWR | O_CREAT, operation: operation)
    }

    /// The names in a folder in order; a folder that is not there is empty.
    static func names(in folder: String) throws(SpoolError) -> [String] {
        let number = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if number < 0, errno == ENOENT { return [] }
        guard number >= 0, let directory = fdopendir(number) else {
            let error = SpoolError(errno: errno, operation: "spool.list", path: folder)
            if number >= 0 { close(number) }
            throw error
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

    /// How many things are in a folder, answers beside them apart, and what all take.
    static func usage(of folder: String) throws(SpoolError) -> (entries: Int, bytes: Int) {
        var bytes = 0
        let names = try names(in: folder)
        for name in names {
            var status = stat()
            // One that has gone meanwhile takes nothing.
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            // Files with holes can tell sizes whose sum would overflow.
            bytes = min(mostBytes, bytes + min(mostBytes, max(0, Int(status.st_size))))
        }
        return (names.count { !$0.hasSuffix(answerSuffix) }, bytes)
    }

    /// Makes a folder with those above it, for this user alone; one that is there already is left as it is.
    static func makeFolder(_ path: String) throws(SpoolError) {
        // A loop: a path may have thousands of levels, and a thread's stack has room for some hundreds of calls.
        var missing: [String] = []
        var next = path
        while mkdir(next, 0o700) != 0, errno != EEXIST {
            let number = errno
            guard number == ENOENT, let slash = next.lastIndex(of: "/"), slash > next.startIndex else {
                throw SpoolError(errno: number, operation: "spool.open", path: path)
            }
            missing.append(next)
            next = String(next[..<slash])
        }
        for folder in missing.reversed() where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw SpoolError(errno: errno, operation: "spool.open", path: path)
        }
    }

    /// Makes a folder that must not be there yet, for this user alone.
    static func makeNewFolder(_ path: String) throws(SpoolError) {
        guard mkdir(path, 0o700) == 0 else { throw SpoolError(errno: errno, operation: "spool.open", path: path) }
    }

    /// The path without links in it.
    static func resolved(_ path: String) throws(SpoolError) -> String {
        guard let text = realpath(path, nil) else {
            throw SpoolError(errno: errno, operation: "spool.open", path: path)
        }
        defer { free(text) }
        return String(cString: text)
    }

    /// Refuses a folder that is not this user's, or in which others can do things.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - isMadeByUs: Whether it must be as the spool makes its folders, which not even others can look into; else others must not
    ///     be able to write to it.
    /// - Throws: ``SpoolError``, with `untrusted` where others are the reason.
    static func checkFolder(_ path: String, isMadeByUs: Bool) throws(SpoolError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SpoolError(errno: errno, operation: "spool.open", path: path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SpoolError(errno: ENOTDIR, operation: "spool.open", path: path)
        }
        guard status.st_uid == geteuid() else { throw SpoolError.untrusted("\(path) belongs to another user") }
        guard status.st_mode & (isMadeByUs ? 0o077 : 0o022) == 0 else {
            throw SpoolError.untrusted("others have rights to \(path): chmod go-rwx")
        }
    }

    static func rename(_ source: String, to destination: String) throws(SpoolError) {
        let result = Glibc.rename(source, destination)
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
    static func synchroniseFolder(_ folder: String) throws(SpoolError) {
        let file = try FileDescriptor(folder: folder, operation: "spool.flush")
        try file.synchronise(operation: "spool.flush", path: folder)
    }
}
