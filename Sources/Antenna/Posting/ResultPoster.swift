package import Concurrency
package import Logging
package import Pipeline
import Synchronization
import Telemetry

/// Brings results to Antenna: at once where possible, else over the spool.
///
/// ``deliver(_:)`` posts in the caller's task, a few at a time; ``run()`` posts what waits in the spool. While the server does
/// not answer, new results go straight to the spool, and only the oldest that waits there is tried again from time to time.
package final class ResultPoster: Sendable {
    /// Those who are told of the outlook, and what they were told.
    private struct OutlookObservers {
        var latest = PostingOutlook()
        var observers: [@Sendable (PostingOutlook) -> Void] = []
    }

    let client: AntennaClient
    let spool: Spool
    let memory: PostedResults?
    let monitor: SavedResultMonitor?
    let settings: Settings
    let clock: WaitClock
    let logger: Logger
    let warnings: ThrottledLog
    let turns: Budget
    let changed = WakeSignal()
    /// Given when results are given up that have no place.
    private let abandoned = WakeSignal()
    /// The counts so far.
    package let statistics = ResultStatistics()
    let state: Mutex<State>
    private let audience = Mutex(OutlookObservers())

    /// Makes a poster.
    ///
    /// - Parameters:
    ///   - client: Speaks the API.
    ///   - spool: Where results wait.
    ///   - memory: Keeps what was posted, to answer tasks that are delivered again.
    ///   - monitor: Looks whether results arrive.
    ///   - settings: How results are posted.
    ///   - clock: What is waited by.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Where events are reported.
    package init(
        client: AntennaClient,
        spool: Spool,
        memory: PostedResults? = nil,
        monitor: SavedResultMonitor? = nil,
        settings: Settings = Settings(),
        clock: WaitClock = WaitClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger
    ) {
        self.client = client
        self.spool = spool
        self.memory = memory
        self.monitor = monitor
        self.settings = settings
        self.clock = clock
        self.turns = Budget(limit: settings.postsInFlight, spare: Lane.spare(beyond: settings.postsInFlight))
        self.state = Mutex(State(generator: generator))
        self.logger = logger
        warnings = ThrottledLog(logger, clock: clock, interval: .seconds(60))
        client.reachability.observeReturn { [weak self] in self?.serverReturned() }
    }

    /// Backed up when the spool is full, or the disk is.
    package var outlook: PostingOutlook {
        let (isStranded, closedJobs) = state.withLock { ($0.stranded > 0, Set($0.closed.keys)) }
        return PostingOutlook(isBackedUp: isStranded || spool.isFull, closedJobs: closedJobs)
    }

    /// Why no more tasks are taken for want of a place for their results, in a sentence; nil while there is one.
    package var problem: String? {
        let stranded = state.withLock { $0.stranded > 0 ? $0.strandedBecause : nil }
        let reason = stranded ?? (spool.isFull ? spool.fullness : nil)
        return reason.map { "results can neither be posted nor kept on disk, so no tasks are taken: \($0)" }
    }

    package func observeOutlook(_ observer: @escaping @Sendable (PostingOutlook) -> Void) {
        audience.withLock { audience in
            audience.observers.append(observer)
            observer(audience.latest)
        }
        outlookMayHaveChanged()
    }

    /// Tells those who want to know, if it has changed.
    ///
    /// Under a lock of its own, so that of two changes the later one is told last.
    func outlookMayHaveChanged() {
        audience.withLock { audience in
            let outlook = self.outlook
            guard outlook != audience.latest else { return }
            audience.latest = outlook
            for observer in audience.observers { observer(outlook) }
        }
    }

    /// Whether a result of this task waits in the spool.
    package func holds(_ key: TaskKey) -> Bool { spool.holds(key) }

    package func remembers(_ key: TaskKey) -> Bool { memory?.remembers(key) ?? false }

    package func answerAgain(_ task: ImageTask) async throws -> Bool {
        guard let jobID = task.jobID, let json = try await memory?.json(of: TaskKey(task)) else { return false }
        let result = OutgoingResult(jobID: jobID, replySubject: task.replySubject, taskID: task.id, json: json)
        try await deliver(result)
        statistics.repeated.add()
        return true
    }

    /// Brings a result to the server, or into the spool.
    ///
    /// When this returns the result is safe.
    ///
    /// Waits as long as neither is possible: that is the back-pressure that ends at the reservations.
    ///
    /// - Throws: `CancellationError` when the task, or ``run()``, was cancelled before the result was safe; the server then delivers
    ///   the task again.
    package func deliver(_ result: OutgoingResult) async throws {
        var misses = 0
        var isSafe = false
        defer {
            if misses > 0 { endStranding(isSafe: isSafe) }
            outlookMayHaveChanged()
        }
        var mayPost = mayPostNow(result.jobID)
        while true {
            if mayPost, try await postAndSetAside(result) {
                isSafe = true
                return
            }
            do {
                try await spool.add(result)
                statistics.spooled.add()
                isSafe = true
                return
            } catch let error as SpoolError {
                misses += 1
                noteStranding(of: result, because: error, isNew: misses == 1)
            }
            try await sleep(for: state.withLock { $0.delay(settings.stranded, failures: misses) })
            mayPost = true
        }
    }

    /// Counts and tells of a result that has no place: neither at the server nor on disk.
    private func noteStranding(of result: OutgoingResult, because error: SpoolError, isNew: Bool) {
        state.withLock { state in
            if isNew { state.stranded += 1 }
            state.strandedBecause = error.message
        }
        if isNew { outlookMayHaveChanged() }
        statistics.spoolFailed(error.code)
        warnings.note(
            "Results can neither be posted nor kept on disk; they are held in memory and nothing more is reserved",
            level: error.code == .full ? .warning : .critical,
            [LogKey.taskID: "\(result.taskID)", LogKey.error: "\(error)"]
        )
    }

    /// Says that there is a place again, with the last result that had none.
    private func endStranding(isSafe: Bool) {
        let isLast = state.withLock { state in
            state.stranded -= 1
            return state.stranded == 0
        }
        if isLast, isSafe { logger.notice("No result is without a place any more") }
    }

    /// Gives up results that have no place: the server delivers their tasks again.
    ///
    /// Whoever settles a task is not cancelled, since a result goes out or to the disk in a moment; on a full disk it would wait for ever.
    func abandon() {
        state.withLock { $0.isAbandoned = true }
        abandoned.notify()
    }

    /// Waits before another attempt.
    ///
    /// - Throws: `CancellationError`, also when results without a place are given up.
    func sleep(for delay: Duration) async throws {
        let change = abandoned.next
        if !state.withLock(\.isAbandoned) { await clock.pause(for: delay, orUntil: change) }
        try Task.checkCancellation()
        if state.withLock(\.isAbandoned) { throw CancellationError() }
    }

    /// Ends ``run()`` once the spool is empty, or at the first attempt that fails; what is left waits for the next start.
    package func finish() {
        state.withLock { $0.isFinishing = true }
        changed.notify()
        spool.changed.notify()
    }

    private func mayPostNow(_ jobID: Int) -> Bool {
        let now = clock.now
        return state.withLock { state in
            let isOpen = state.closed[jobID].map { $0.until <= now } ?? true
            return isOpen && turns.waiting < settings.longestQueue
                && (state.awayUntil.map { $0 <= now } ?? true)
        }
    }

    /// Posts a result; `false` when it could not be posted now, nor be set aside.
    private func postAndSetAside(_ result: OutgoingResult) async throws -> Bool {
        let turn = try await turns.reserve(1)
        let outcome = await post(result)
        turn.release()
        switch outcome {
        case .taken:
            return true
        case .later(let error):
            if error.code == .cancelled { try Task.checkCancellation() }
            return false
        case .refused(let error):
            statistics.refused.add()
            do {
                try await spool.setAside(result, because: error)
                return true
            } catch let failure as SpoolError {
                // Nowhere to keep it, and the server will not have it: this line is what is left.
                logger.error(
                    "A refused result could not be set aside, and is lost",
                    metadata: [
                        LogKey.taskID: "\(result.taskID)", LogKey.jobID: "\(result.jobID)",
                        LogKey.reason: "\(error)", LogKey.error: "\(failure)",
                    ]
                )
                return true
            }
        }
    }
}
