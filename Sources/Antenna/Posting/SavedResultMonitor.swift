package import Concurrency
package import Logging
import Pipeline
import Synchronization
import Telemetry

/// Looks now and then whether the results that were posted arrive in their jobs: nothing else tells that a server drops them.
package final class SavedResultMonitor: Sendable {
    private let client: AntennaClient
    private let clock: WaitClock
    private let logger: Logger
    private let changed = WakeSignal()
    private let audit = Mutex(SavedResultAudit())

    /// Makes a monitor that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - client: Speaks the API.
    ///   - clock: What time is measured and waited by.
    ///   - logger: Hears of results that do not arrive.
    package init(
        client: AntennaClient,
        clock: WaitClock = WaitClock(),
        logger: Logger
    ) {
        self.client = client
        self.clock = clock
        self.logger = logger
    }

    /// Results that were accepted and did not arrive, of all jobs that are watched.
    package var missing: Int { audit.withLock { $0.losses.reduce(0) { $0 + $1.missing } } }

    /// The results that do not arrive, in a sentence; nil while all do.
    package var problem: String? {
        audit.withLock(\.losses).first.map {
            "\($0.missing) of \($0.posted) results that Antenna accepted for job \($0.jobID) are not saved"
        }
    }

    /// Looks until cancelled.
    package func run() async {
        while !Task.isCancelled {
            let change = changed.next
            let now = clock.now
            guard let next = audit.withLock(\.nextLook) else {
                await change.wait()
                continue
            }
            if next > now {
                await clock.pause(for: next - now, orUntil: change)
                continue
            }
            for jobID in audit.withLock({ $0.due(now: now) }) { await look(at: jobID) }
        }
    }

    /// A job was looked at before anything was posted for it.
    func began(_ jobID: Int, _ detail: AntennaJobDetail) {
        let now = clock.now
        audit.withLock { $0.began(jobID, detail, now: now) }
        changed.notify()
    }

    /// The server took a result.
    func posted(_ result: OutgoingResult) {
        let now = clock.now
        let isNew = audit.withLock { audit in
            let before = audit.nextLook
            audit.posted(result.taskID, ofJob: result.jobID, now: now)
            return audit.nextLook != before
        }
        if isNew { changed.notify() }
    }

    private func look(at jobID: Int) async {
        var detail: AntennaJobDetail?
        do throws(AntennaError) {
            detail = try await client.detail(ofJob: jobID)
        } catch {
            if error.code == .notFound { audit.withLock { $0.forget(jobID) } }
            logger.debug(
                "A job could not be looked at",
                metadata: [LogKey.jobID: "\(jobID)", LogKey.error: "\(error)"]
            )
        }
        let now = clock.now
        guard let loss = audit.withLock({ $0.looked(at: jobID, detail, now: now) }) else { return }
        logger.error(
            """
            Antenna accepted results and has not saved them: it drops what is not registered, or is far behind; \
            see the job's log there
            """,
            metadata: [
                LogKey.jobID: "\(loss.jobID)", LogKey.count: "\(loss.missing)", LogKey.posted: "\(loss.posted)",
                LogKey.saved: "\(loss.saved)", LogKey.reason: "\(loss.latestError ?? "the job's log has no error")",
            ]
        )
    }
}
