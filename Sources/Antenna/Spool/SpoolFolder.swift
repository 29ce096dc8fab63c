internal import Glibc
import JSON
import Logging
import Pipeline
import Telemetry

/// The folders of a spool and who owns them.
///
/// Everything here blocks.
///
/// ```
/// antenna-spool/
///   lock               held while a worker starts
///   worker-5f0c…/      one for each worker, its `lock` held as long as the worker lives
///     00000000000000000001.result
///   damaged/           entries that could not be read
///   refused/           entries that the server will not take, each with its answer
/// ```
/// The lock is `flock`'s: it goes with the process, however that ends. A worker that starts takes over the entries of folders
/// whose lock is free, so that nothing waits for a worker that never comes back, and nothing is sent by two.
final class SpoolFolder: Sendable {
    static let suffix = ".result"
    private static let workerPrefix = "worker-"
    private static let lockName = "lock"
    private static let asideFolders = ["damaged", "refused"]

    let root: String
    let own: String
    private let lock: FileDescriptor

    /// An entry found on disk.
    struct Found: Sendable {
        let number: UInt64
        let description: SpoolEntry.Description
        let bytes: Int
    }

    /// Makes an own folder in `root`, by a name that was never used before.
    ///
    /// - Parameter root: The spool's folder.
    /// - Throws: ``SpoolError``.
    init(root: String) throws(SpoolError) {
        let id = String(UInt64.random(in: .min ... .max), radix: 16)
        try SpoolFiles.makeFolder(root)
        let root = try SpoolFiles.resolved(root)
        let own = "\(root)/\(Self.workerPrefix)\(id)"
        let lock = try Self.claim(own, in: root)
        self.root = root
        self.own = own
        self.lock = lock
    }

    private static func claim(_ own: String, in root: String) throws(SpoolError) -> FileDescriptor {
        let operation: OperationName = "spool.open"
        for folder in asideFolders { try SpoolFiles.makeFolder("\(root)/\(folder)") }
        try check(root)
        // Without it a starting worker could take the folder over between its making and its locking.
        let rootLock = try SpoolFiles.lockFile("\(root)/\(lockName)", operation: operation)
        _ = try rootLock.lock(waits: true, path: root)
        try SpoolFiles.makeNewFolder(own)
        let path = "\(own)/\(lockName)"
        let lock = try SpoolFiles.lockFile(path, operation: operation)
        guard try lock.lock(waits: false, path: path) else {
            throw SpoolError(.fileSystem, operation: operation, message: "\(path) is locked by another worker")
        }
        try SpoolFiles.synchroniseFolder(root)
        return lock
    }

    /// Refuses a spool that somebody else may have written to.
    ///
    /// - Throws: ``SpoolError``, with `untrusted` where others are the reason.
    static func check(_ root: String) throws(SpoolError) {
        try SpoolFiles.checkFolder(root, isMadeByUs: false)
        for folder in asideFolders { try SpoolFiles.checkFolder("\(root)/\(folder)", isMadeByUs: true) }
    }

    /// The file of an entry.
    func name(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + Self.suffix
    }

    func path(_ number: UInt64) -> String { "\(own)/\(name(number))" }

    /// Takes over what workers that ended have left, oldest first within each.
    ///
    /// A folder that cannot be read does not keep others from being taken over.
    func adoptOrphans(logger: Logger, makeNumber: () -> UInt64) throws(SpoolError) -> [Found] {
        let rootLock = try SpoolFiles.lockFile("\(root)/\(Self.lockName)", operation: "spool.open")
        _ = try rootLock.lock(waits: true, path: root)
        var found: [Found] = []
        for name in try SpoolFiles.names(in: root) where name.hasPrefix(Self.workerPrefix) {
            let folder = "\(root)/\(name)"
            guard folder != own else { continue }
            do throws(SpoolError) {
                try SpoolFiles.checkFolder(folder, isMadeByUs: true)
                let path = "\(folder)/\(Self.lockName)"
                let lock = try SpoolFiles.lockFile(path, operation: "spool.adopt")
                guard try lock.lock(waits: false, path: path) else { continue }
                for name in try SpoolFiles.names(in: folder) {
                    if let entry = try adopt(name, from: folder, logger: logger, makeNumber: makeNumber) {
                        found.append(entry)
                    }
                }
                try SpoolFiles.synchroniseFolder(own)
                try SpoolFiles.remove(path)
                SpoolFiles.removeFolder(folder)
            } catch {
                logger.warning(
                    "A spool folder of an ended worker could not be taken over",
                    metadata: [LogKey.file: "\(folder)", LogKey.error: "\(error)"]
                )
            }
        }
        return found
    }

    private func adopt(
        _ name: String,
        from folder: String,
        logger: Logger,
        makeNumber: () -> UInt64
    ) throws(SpoolError) -> Found? {
        let path = "\(folder)/\(name)"
        if name == Self.lockName { return nil }
        if name.hasPrefix(SpoolFiles.temporaryPrefix) {
            // Never finished, so nobody was told that it was kept: its task is delivered again.
            try SpoolFiles.remove(path)
            return nil
        }
        let description: SpoolEntry.Description
        let size: Int
        do throws(SpoolError) {
            guard name.hasSuffix(Self.suffix) else { throw SpoolEntry.damage("has a foreign name") }
            (description, size) = try Self.describe(path)
        } catch {
            if error.isMissingFile {
                // Its name is no text, so nobody here can call it by that.
                logger.warning("A spooled result cannot be found by its name", metadata: [LogKey.error: "\(error)"])
                return nil
            }
            // A disk that cannot be read now says nothing of what is on it.
            guard error.isAboutTheFile else { throw error }
            setAside(path, as: name, in: "damaged", because: error, logger: logger)
            return nil
        }
        let number = makeNumber()
        try SpoolFiles.rename(path, to: self.path(number))
        return Found(number: number, description: description, bytes: size)
    }

    /// Reads what an entry says about itself; its checksum is checked when it is posted.
    private static func describe(_ path: String) throws(SpoolError) -> (SpoolEntry.Description, Int) {
        let limit = SpoolEntry.headerSize + SpoolEntry.maximumDescriptionSize
        let (bytes, size) = try SpoolFiles.read(path, limit: limit)
        let lengths = try SpoolEntry.lengths(bytes[...])
        guard lengths.file == size else { throw SpoolEntry.damage("has \(size) bytes instead of \(lengths.file)") }
        let description = bytes.dropFirst(SpoolEntry.headerSize).prefix(lengths.description)
        return (try SpoolEntry.description(description), size)
    }

    /// What counts for the worker of a spool that has the most: each is bounded by itself, and all by what was set aside.
    static func usage(of root: String) throws(SpoolError) -> (entries: Int, bytes: Int) {
        var most = (entries: 0, bytes: 0)
        for name in try SpoolFiles.names(in: root) where name.hasPrefix(workerPrefix) {
            // One that has gone meanwhile has nothing.
            guard let usage = try? SpoolFiles.usage(of: "\(root)/\(name)") else { continue }
            // The lock is no result.
            most = (max(most.entries, usage.entries - 1), max(most.bytes, usage.bytes))
        }
        let aside = try aside(in: root)
        return (most.entries + aside.entries, most.bytes + aside.bytes)
    }

    /// The results set aside by all workers of this spool that are still there.
    func aside() throws(SpoolError) -> (entries: Int, bytes: Int) { try Self.aside(in: root) }

    private static func aside(in root: String) throws(SpoolError) -> (entries: Int, bytes: Int) {
        var sum = (entries: 0, bytes: 0)
        for folder in asideFolders {
            let usage = try SpoolFiles.usage(of: "\(root)/\(folder)")
            sum.entries += usage.entries
            sum.bytes += usage.bytes
        }
        return sum
    }

    /// Reads a whole entry; nil when it cannot be used or is gone, and then it is out of the way.
    func read(_ number: UInt64, logger: Logger) throws(SpoolError) -> OutgoingResult? {
        let limit = SpoolEntry.headerSize + SpoolEntry.maximumDescriptionSize + SpoolEntry.maximumResultSize
        do throws(SpoolError) {
            let result = try SpoolEntry(SpoolFiles.read(path(number), limit: limit).bytes).result
            try Self.prove(result)
            return result
        } catch {
            guard error.isAboutTheFile || error.isMissingFile else { throw error }
            setAside(path(number), as: name(number), in: "damaged", because: error, logger: logger)
            return nil
        }
    }

    /// Sees to it that a result stays in its place when it is put into a post: a checksum says nothing of who made it.
    private static func prove(_ result: OutgoingResult) throws(SpoolError) {
        do throws(JSONError) {
            try JSONValidator.checkObject(result.json)
        } catch {
            throw SpoolEntry.damage("holds something else than a result: \(error)")
        }
    }

    /// Moves a file out of the way.
    func setAside(_ path: String, as name: String, in folder: String, because reason: some Error, logger: Logger) {
        // Numbers start over with every worker, so the name of the folder that it lay in goes before.
        let worker = path.split(separator: "/").dropLast().last ?? ""
        let destination = "\(root)/\(folder)/\(worker)-\(name)"
        do throws(SpoolError) {
            try SpoolFiles.rename(path, to: destination)
            try SpoolFiles.synchroniseFolder("\(root)/\(folder)")
            logger.warning(
                "A spooled result was set aside",
                metadata: [LogKey.file: "\(destination)", LogKey.reason: "\(reason)"]
            )
        } catch {
            logger.error(
                "A spooled result should be set aside but could not be moved",
                metadata: [LogKey.file: "\(path)", LogKey.reason: "\(reason)", LogKey.error: "\(error)"]
            )
        }
    }

    /// Writes what the server said beside a refused result; without it the result is still there.
    func writeAnswer(_ answer: AntennaError, for name: String, logger: Logger) {
        let worker = own.split(separator: "/").last ?? ""
        do throws(SpoolError) {
            let text = Array("\(answer)\n".utf8)
            let name = "\(worker)-\(name)\(SpoolFiles.answerSuffix)"
            try SpoolFiles.writeDurably(text, name: name, folder: "\(root)/refused")
        } catch {
            logger.error("The server's answer could not be written", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Removes the own folder when it is empty, before the lock goes.
    func removeIfEmpty() throws(SpoolError) {
        guard try SpoolFiles.names(in: own) == [Self.lockName] else { return }
        try SpoolFiles.remove("\(own)/\(Self.lockName)")
        SpoolFiles.removeFolder(own)
    }
}
