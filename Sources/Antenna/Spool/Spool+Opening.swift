import Concurrency
package import Logging
import Pipeline
import Telemetry

extension Spool {
    /// Opens a spool, and takes over what workers that ended have left in it.
    ///
    /// Entries for another server stay where they are counted, and are never sent; damaged ones, and those that somebody else may have made,
    /// are moved to `damaged/`.
    ///
    /// - Parameters:
    ///   - directory: The folder; made if it is not there. Several workers may share it if its file system knows `flock`.
    ///   - address: The server that results are for.
    ///   - maximumBytes: The most bytes that wait.
    ///   - maximumEntries: The most results that wait.
    ///   - logger: Where events are reported.
    /// - Returns: The spool, its folder locked for as long as it lives.
    /// - Throws: ``SpoolError`` when the folder cannot be made, read or locked, or when others can write to it.
    package static func open(
        directory: String,
        address: AntennaAddress,
        maximumBytes: Int,
        maximumEntries: Int,
        logger: Logger
    ) async throws -> Spool {
        try await open(
            directory: directory,
            address: address,
            maximumBytes: maximumBytes,
            maximumEntries: maximumEntries,
            logger: logger,
            write: { bytes, name, folder throws(SpoolError) in
                try SpoolFiles.writeDurably(bytes, name: name, folder: folder)
            }
        )
    }

    static func open(
        directory: String,
        address: AntennaAddress,
        maximumBytes: Int,
        maximumEntries: Int,
        logger: Logger,
        write: @escaping Writer
    ) async throws -> Spool {
        let pool = BlockingPool(name: "spool", threadCount: 1)
        let server = address.base
        let opened: (SpoolFolder, SpoolIndex)
        do {
            opened = try await pool.run { try Self.take(directory, maximumBytes, maximumEntries, server, logger) }
        } catch let error as SpoolError {
            throw error.onOpening
        }
        let (folder, index) = opened
        let spool = Spool(folder: folder, server: server, index: index, pool: pool, write: write, logger: logger)
        if index.count > 0 {
            logger.notice(
                "Results of an earlier run wait to be posted",
                metadata: [LogKey.count: "\(index.count - index.foreignCount)", LogKey.file: "\(directory)"]
            )
        }
        if index.foreignCount > 0 {
            logger.warning(
                "Results for another server are kept, not sent",
                metadata: [LogKey.count: "\(index.foreignCount)", LogKey.file: "\(directory)"]
            )
        }
        return spool
    }

    /// Makes or takes over the folder, and looks through what lies there; blocks.
    private static func take(
        _ directory: String,
        _ maximumBytes: Int,
        _ maximumEntries: Int,
        _ server: String,
        _ logger: Logger
    ) throws(SpoolError) -> (SpoolFolder, SpoolIndex) {
        var index = SpoolIndex(maximumBytes: maximumBytes, maximumEntries: maximumEntries)
        let folder = try SpoolFolder(root: directory)
        let found = try folder.adoptOrphans(logger: logger) { index.makeNumber() }
        for entry in found {
            index.adopt(Self.item(entry, server: server))
        }
        let aside = try folder.aside()
        index.noteAside(entries: aside.entries, bytes: aside.bytes)
        return (folder, index)
    }

    private static func item(_ found: SpoolFolder.Found, server: String) -> SpoolIndex.Item {
        let key = TaskKey(jobID: found.description.jobID, taskID: found.description.taskID)
        return SpoolIndex.Item(
            number: found.number,
            key: key,
            bytes: found.bytes,
            isOurs: found.description.server == server
        )
    }

    /// Why a spool that is there cannot be believed, in a sentence; nil when it can, or is not there yet.
    package static func mistrust(of directory: String) -> String? {
        do throws(SpoolError) {
            try SpoolFolder.check(try SpoolFiles.resolved(directory))
            return nil
        } catch {
            return error.isMissingFile ? nil : error.message
        }
    }

    /// What lies in a spool that is there, without opening it: what was set aside, and the most that one worker has waiting.
    ///
    /// - Returns: nil when it is not there, or cannot be read.
    package static func usage(of directory: String) -> (entries: Int, bytes: Int)? {
        guard let root = try? SpoolFiles.resolved(directory) else { return nil }
        return try? SpoolFolder.usage(of: root)
    }
}
