package import Concurrency
import Logging
package import Pipeline
import Synchronization
import Telemetry

/// Results that cannot be posted now, on disk, until they can: also after a crash or a restart.
///
/// Bounded in bytes and entries, what was set aside included; nothing is ever dropped to make room. All file access is on a thread of its own.
package final class Spool: Sendable {
    /// Writes a file durably: bytes, name, folder.
    ///
    /// Replaced by tests that want a full disk.
    typealias Writer = @Sendable ([UInt8], String, String) throws(SpoolError) -> Void

    /// Names a waiting result.
    package struct EntryID: Sendable, Hashable {
        let number: UInt64
        /// The job the result belongs to.
        package let jobID: Int?
    }

    /// Given when an entry was added or removed.
    package let changed = WakeSignal()
    private let folder: SpoolFolder
    private let server: String
    private let index: Mutex<SpoolIndex>
    private let pool: BlockingPool
    private let write: Writer
    private let logger: Logger

    init(
        folder: SpoolFolder,
        server: String,
        index: SpoolIndex,
        pool: BlockingPool,
        write: @escaping Writer,
        logger: Logger
    ) {
        self.folder = folder
        self.server = server
        self.index = Mutex(index)
        self.pool = pool
        self.write = write
        self.logger = logger
    }

    /// Results waiting, those for other servers included.
    package var count: Int { index.withLock { $0.count } }
    /// Results waiting for this server.
    package var sendableCount: Int { index.withLock { $0.count - $0.foreignCount } }
    /// Bytes waiting.
    package var bytes: Int { index.withLock { $0.bytes } }
    /// Whether nothing more fits.
    package var isFull: Bool { index.withLock { $0.isFull } }

    /// What is wrong with a spool that takes nothing more.
    var fullness: String {
        let (bytes, entries) = index.withLock { ($0.maximumBytes, $0.maximumEntries) }
        return "the spool \(folder.root) is full: it may hold \(bytes) bytes (--spool-max-bytes) and \(entries) results"
    }

    /// Whether a result of this task waits to be posted.
    package func holds(_ key: TaskKey) -> Bool { index.withLock { $0.holds(key) } }

    /// Keeps a result.
    ///
    /// When this returns it survives a crash.
    ///
    /// - Throws: ``SpoolError`` with `full`, `diskFull` or `fileSystem`: the result is still the caller's.
    ///   `CancellationError` when the task was cancelled before the writing began.
    package func add(_ result: OutgoingResult) async throws {
        let bytes = SpoolEntry(server: server, result: result).encoded()
        guard let number = try await reserve(bytes.count) else {
            throw SpoolError(.full, operation: "spool.add", message: fullness)
        }
        do {
            let folder = self.folder
            let write = self.write
            try await pool.run { try write(bytes, folder.name(number), folder.own) }
        } catch {
            index.withLock { $0.cancelReservation(bytes.count) }
            throw error
        }
        let key = TaskKey(jobID: result.jobID, taskID: result.taskID)
        let item = SpoolIndex.Item(number: number, key: key, bytes: bytes.count, isOurs: true)
        index.withLock { $0.commit(item) }
        changed.notify()
    }

    /// The oldest waiting results, some and those of some jobs left out; one that was passed has its next turn after those behind it.
    package func oldest(
        _ count: Int,
        skipping jobs: Set<Int> = [],
        except entries: Set<EntryID> = [],
        behind passed: EntryID? = nil
    ) -> [EntryID] {
        let numbers = Set(entries.map(\.number))
        return index.withLock { $0.oldest(count, skipping: jobs, except: numbers, behind: passed?.number) }
            .map { EntryID(number: $0.number, jobID: $0.key.jobID) }
    }

    /// Reads a result.
    ///
    /// - Returns: nil when it is damaged: it was then set aside with a warning and waits no longer.
    /// - Throws: ``SpoolError`` when the file cannot be read now.
    package func read(_ id: EntryID) async throws -> OutgoingResult? {
        let folder = self.folder
        let logger = self.logger
        let result = try await pool.run { try folder.read(id.number, logger: logger) }
        if result == nil { noteAside(id) }
        return result
    }

    /// Removes a result that the server has taken.
    ///
    /// A file that cannot be removed is reported and forgotten by this run; a later one sends it again, which does no harm.
    package func remove(_ id: EntryID) async throws {
        let folder = self.folder
        let logger = self.logger
        try await pool.run {
            do throws(SpoolError) {
                try SpoolFiles.remove(folder.path(id.number))
            } catch {
                logger.error(
                    "A posted result could not be removed from the spool",
                    metadata: [LogKey.error: "\(error)"]
                )
            }
        }
        forget(id)
    }

    /// Sets a waiting result aside that the server will never take, with the server's answer beside it.
    package func refuse(_ id: EntryID, because reason: AntennaError) async throws {
        let folder = self.folder
        let logger = self.logger
        try await pool.run {
            let name = folder.name(id.number)
            folder.setAside(folder.path(id.number), as: name, in: "refused", because: reason, logger: logger)
            folder.writeAnswer(reason, for: name, logger: logger)
        }
        noteAside(id)
    }

    /// Sets a result aside that never waited here, with the server's answer beside it.
    ///
    /// - Throws: ``SpoolError`` when it cannot be written, or when what was set aside has reached its limit.
    package func setAside(_ result: OutgoingResult, because reason: AntennaError) async throws {
        let bytes = SpoolEntry(server: server, result: result).encoded()
        if !index.withLock({ $0.hasRoomAside(for: bytes.count) }) {
            try await countAside()
            guard index.withLock({ $0.hasRoomAside(for: bytes.count) }) else {
                throw SpoolError(
                    .full,
                    operation: "spool.set_aside",
                    message:
                        "what was set aside in \(folder.root) takes half of what may lie there; delete what was read"
                )
            }
        }
        let number = index.withLock { $0.makeNumber() }
        let folder = self.folder
        let write = self.write
        let logger = self.logger
        try await pool.run {
            let worker = folder.own.split(separator: "/").last ?? ""
            let name = "\(worker)-\(folder.name(number))"
            try write(bytes, name, "\(folder.root)/refused")
            folder.writeAnswer(reason, for: folder.name(number), logger: logger)
            logger.warning(
                "A result that the server does not take was set aside",
                metadata: [
                    LogKey.taskID: "\(result.taskID)", LogKey.jobID: "\(result.jobID)", LogKey.file: "\(name)",
                    LogKey.error: "\(reason)",
                ]
            )
        }
        index.withLock { $0.addAside(bytes.count) }
    }

    /// Removes the own folder if nothing is in it.
    ///
    /// The lock goes with the spool itself.
    package func close() async throws {
        let folder = self.folder
        try await pool.run { try folder.removeIfEmpty() }
    }

    private func forget(_ id: EntryID) {
        index.withLock { _ = $0.remove(id.number) }
        changed.notify()
    }

    private func noteAside(_ id: EntryID) {
        index.withLock { $0.setAside(id.number) }
        changed.notify()
    }

    /// Keeps room for an entry; nil when there is none, also when it is counted anew what operators have left of what was set aside.
    private func reserve(_ size: Int) async throws -> UInt64? {
        if let number = index.withLock({ $0.reserve(size) }) { return number }
        try await countAside()
        return index.withLock { $0.reserve(size) }
    }

    private func countAside() async throws {
        let folder = self.folder
        let aside = try await pool.run { try folder.aside() }
        index.withLock { $0.noteAside(entries: aside.entries, bytes: aside.bytes) }
    }
}
