import Logging
import Synchronization
import Telemetry

/// Says in the log when the worker is not ready, and when it is again: who reads logs has not asked `/readyz`.
final class ReadinessLog: Sendable {
    /// A condition of readiness.
    struct Check: Sendable {
        let name: String
        /// A note while nothing is wrong.
        var detail: String?
        /// The problem; nil when there is none.
        var problem: String?
        /// Whether the log hears of it from elsewhere.
        var isToldElsewhere = false
    }

    private struct Trouble {
        let since: ContinuousClock.Instant
        var saidAt: ContinuousClock.Instant?
        /// Since when it seems to be over.
        var calmSince: ContinuousClock.Instant?
    }

    /// A problem that is over sooner is not logged.
    private static let patience = Duration.seconds(5)
    private static let interval = Duration.seconds(300)
    /// A problem that was told is over when it has stayed away for so long: a server that answers one call and fails the next is one problem.
    private static let calm = Duration.seconds(30)
    private let troubles = Mutex<[String: Trouble]>([:])

    /// Takes how things are now; called about once a second.
    func note(_ checks: [Check], at now: ContinuousClock.Instant, _ logger: Logger) {
        for check in checks where !check.isToldElsewhere {
            let (isDue, isOver) = troubles.withLock { Self.note(check, now, &$0) }
            if let problem = check.problem, isDue {
                logger.warning("Not ready", metadata: [LogKey.check: "\(check.name)", LogKey.reason: "\(problem)"])
            } else if isOver {
                logger.notice("Ready again", metadata: [LogKey.check: "\(check.name)"])
            }
        }
    }

    /// Whether a problem is to be told now, and whether one that was told is over.
    private static func note(
        _ check: Check,
        _ now: ContinuousClock.Instant,
        _ troubles: inout [String: Trouble]
    ) -> (isDue: Bool, isOver: Bool) {
        guard check.problem != nil else {
            guard var trouble = troubles[check.name] else { return (false, false) }
            let calmSince = trouble.calmSince ?? now
            trouble.calmSince = calmSince
            let isOver = trouble.saidAt == nil || now - calmSince >= calm
            troubles[check.name] = isOver ? nil : trouble
            return (false, isOver && trouble.saidAt != nil)
        }
        var trouble = troubles[check.name] ?? Trouble(since: now)
        trouble.calmSince = nil
        let isDue = trouble.saidAt.map { now - $0 >= interval } ?? (now - trouble.since >= patience)
        if isDue { trouble.saidAt = now }
        troubles[check.name] = trouble
        return (isDue, false)
    }
}
