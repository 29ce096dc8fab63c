import Logging
import Synchronization
import Telemetry

/// Says in the log now and then what a role does: how much while it works, and once in a while that there is nothing to do.
final class WorkLog: Sendable {
    /// How far a role is.
    struct Reading: Sendable {
        /// Tasks that it is done with, since its start.
        let done: Int
        /// Those among them that ended in an error.
        let failed: Int
        /// Tasks in its hands.
        let held: Int
    }

    private struct State {
        var done = 0
        var lookedAt: ContinuousClock.Instant?
        var idleSaidAt: ContinuousClock.Instant?
    }

    /// Between two lines while there is work.
    private static let interval = Duration.seconds(60)
    /// Between two lines that say that there is none.
    private static let idleInterval = Duration.seconds(3_600)
    private let state = Mutex(State())

    /// Takes how far a role is now; called about once a second.
    func note(_ reading: Reading, at now: ContinuousClock.Instant, _ logger: Logger) {
        let line: (done: Int, rate: Double)? = state.withLock { state in
            guard let lookedAt = state.lookedAt else {
                state.lookedAt = now
                return nil
            }
            guard now - lookedAt >= Self.interval else { return nil }
            let done = max(0, reading.done - state.done)
            state.done = reading.done
            state.lookedAt = now
            if done > 0 || reading.held > 0 {
                state.idleSaidAt = nil
            } else {
                if let saidAt = state.idleSaidAt, now - saidAt < Self.idleInterval { return nil }
                state.idleSaidAt = now
            }
            return (done, Double(done) / ((now - lookedAt) / .seconds(1)))
        }
        guard let line else { return }
        var metadata: Logger.Metadata = [LogKey.done: "\(reading.done)", LogKey.failed: "\(reading.failed)"]
        if line.done > 0 || reading.held > 0 {
            metadata[LogKey.perSecond] = "\((line.rate * 10).rounded() / 10)"
            metadata[LogKey.inHand] = "\(reading.held)"
            logger.info("Working", metadata: metadata)
        } else {
            logger.info("Nothing to do; waiting for tasks", metadata: metadata)
        }
    }
}
