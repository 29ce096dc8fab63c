import Concurrency
import Crypto
import FoundationEssentials
package import Logging
package import Pipeline
import Synchronization
import Telemetry

/// Results that the server took within the last hour, on disk, to answer a task that it delivers again.
///
/// A server saves after its 200, and delivers again what it has not saved within the lease; a second result with other boxes
/// would be mixed up with the first. So the same bytes go out again, without the work being done again. What is lost here costs
/// only that work, so nothing is flushed; files and folders are otherwise a spool's, with the same rules.
package final class PostedResults: Sendable {
    private let folder: SpoolFolder
    /// Which server the results are for, and by which models.
    private let mark: String
    private let index: Mutex<PostedIndex>
    private let pool: BlockingPool
    private let wallClock: @Sendable () -> Duration
    private let logger: Logger

    private init(
        folder: SpoolFolder,
        mark: String,
        index: PostedIndex,
        pool: BlockingPool,
        wallClock: @escaping @Sendable () -> Duration,
        logger: Logger
    ) {
        self.folder = folder
        self.mark = mark
        self.index = Mutex(index)
        self.pool = pool
        self.wallClock = wallClock
        self.logger = logger
    }

    /// Opens the folder, and takes over what workers that ended have left in it; what is too old or of other models goes.
    ///
    /// - Parameters:
    ///   - directory: The folder; made if it is not there.
    ///   - address: The server that the results are for.
    ///   - models: Describes the models and what is told of their answers: what others gave is not given again.
    ///   - maximumBytes: The most bytes kept; the oldest go first.
    ///   - maximumEntries: The most results kept.
    ///   - memory: How long a result is kept.
    ///   - wallClock: The time of day, which outlasts the process.
    ///   - logger: Where events are reported.
    /// - Returns: What is kept, its folder locked for as long as it lives.
    /// - Throws: ``SpoolError`` when the folder cannot be made, read or locked.
    package static func open(
        directory: String,
        address: AntennaAddress,
        models: [UInt8],
        maximumBytes: Int,
        maximumEntries: Int = 20_000,
        memory: Duration = .seconds(3_600),
        wallClock: @escaping @Sendable () -> Duration = { .seconds(Date.now.timeIntervalSince1970) },
        logger: Logger
    ) async throws -> PostedResults {
        let pool = BlockingPool(name: "posted", threadCount: 1)
        let mark = "\(address.base) \(Self.name(of: models))"
        let limits = PostedIndex(maximumBytes: maximumBytes, maximumEntries: maximumEntries, memory: memory)
        let now = wallClock()
        let (folder, index) = try await pool.run {
            var index = limits
            let folder = try SpoolFolder(root: directory)
            for found in try folder.adoptOrphans(logger: logger, makeNumber: { index.makeNumber() }) {
                let description = found.description
                var gone = [found.number]
                if description.server == mark, let postedAt = Self.time(description.replySubject), postedAt <= now,
                    now - postedAt < memory
                {
                    let key = TaskKey(jobID: description.jobID, taskID: description.taskID)
                    let item = PostedIndex.Item(number: found.number, bytes: found.bytes, postedAt: postedAt)
                    gone = index.insert(item, key, now: now)
                }
                for number in gone { try SpoolFiles.remove(folder.path(number)) }
            }
            return (folder, index)
        }
        return PostedResults(
            folder: folder,
            mark: mark,
            index: index,
            pool: pool,
            wallClock: wallClock,
            logger: logger
        )
    }

    /// Results kept.
    package var count: Int { index.withLock(\.count) }

    /// Whether the result of a task is kept.
    package func remembers(_ key: TaskKey) -> Bool {
        let now = wallClock()
        return index.withLock { $0.item(key, now: now) != nil }
    }

    /// Keeps a result that the server took.
    ///
    /// One that reports an error is not kept: doing the task again may help.
    package func insert(_ result: OutgoingResult) async {
        let key = TaskKey(jobID: result.jobID, taskID: result.taskID)
        let now = wallClock()
        guard !result.isError, !index.withLock({ $0.item(key, now: now) != nil }) else { return }
        // A delivery has its own subject, so the place of the subject tells when the result was posted.
        let kept = OutgoingResult(
            jobID: result.jobID,
            replySubject: Self.text(now),
            taskID: result.taskID,
            json: result.json
        )
        let number = index.withLock { $0.makeNumber() }
        let folder = self.folder
        do {
            let bytes = SpoolEntry(server: mark, result: kept).encoded()
            guard bytes.count <= index.withLock(\.maximumBytes) else { return }
            try await pool.run {
                try SpoolFiles.write(bytes, name: folder.name(number), folder: folder.own)
            }
            let item = PostedIndex.Item(number: number, bytes: bytes.count, postedAt: now)
            let gone = index.withLock { $0.insert(item, key, now: now) }
            guard !gone.isEmpty else { return }
            try await pool.run {
                for number in gone { try SpoolFiles.remove(folder.path(number)) }
            }
        } catch {
            logger.debug(
                "A posted result could not be kept; should its task come again, it is done again",
                metadata: [LogKey.taskID: "\(result.taskID)", LogKey.error: "\(error)"]
            )
        }
    }

    /// The bytes that answered a task; nil when they are not kept, or damaged.
    package func json(of key: TaskKey) async throws -> [UInt8]? {
        let now = wallClock()
        guard let item = index.withLock({ $0.item(key, now: now) }) else { return nil }
        let folder = self.folder
        let logger = self.logger
        let found = try await pool.run { try folder.read(item.number, logger: logger) }
        guard let found, found.jobID == key.jobID, found.taskID == key.taskID else {
            index.withLock { _ = $0.remove(key) }
            return nil
        }
        return found.json
    }

    /// Removes the own folder if nothing is in it; what is in it is the next worker's.
    package func close() async throws {
        let folder = self.folder
        try await pool.run { try folder.removeIfEmpty() }
    }

    private static func name(of models: [UInt8]) -> String {
        SHA256.hash(data: models).prefix(8).map { String($0, radix: 16) }.joined(separator: "-")
    }

    private static func text(_ time: Duration) -> String { "\(time.components.seconds)" }

    private static func time(_ text: String) -> Duration? {
        Int64(text).flatMap { (0...Int64(UInt32.max) * 4).contains($0) ? .seconds($0) : nil }
    }
}

extension OutgoingResult {
    /// Whether it reports an error instead of detections; errors are written with that member first.
    var isError: Bool { json.starts(with: Array(#"{"error":"#.utf8)) }
}
