import Concurrency
import Foundation
import Synchronization

/// Looks once a second whether the worker moves, on a thread of its own: Swift's pool may be what is stuck.
///
/// A stall fails `/livez` and is logged; a few seconds later the process ends, so that whoever runs it starts it again. What it had in
/// hand is delivered again by its source.
final class Watchdog: Sendable {
    /// The finding of a look, and what follows.
    struct Actions: Sendable {
        /// The parts to watch.
        var parts: @Sendable () -> [StallDetector.Part]
        /// Called at every look.
        var tick: @Sendable () -> Void
        /// Called once when something is stuck; the process ends soon.
        var stalled: @Sendable (StallDetector.Stall) -> Void
        /// Ends the process.
        var end: @Sendable (StallDetector.Stall) -> Void
        /// Called when nobody can look.
        var unwatched: @Sendable (SystemThread.Shortage) -> Void = { _ in }
    }

    private struct State {
        var detector = StallDetector()
        var stall: StallDetector.Stall?
        /// When the stall was seen first.
        var stalledAt: Duration?
        var notifiedAt: Duration?
        var isStopped = false
    }

    /// How long `/livez` says what is wrong before the process ends.
    static let endDelay = Duration.seconds(5)

    private let actions: Actions
    private let notifier: SystemdNotifier
    private let state = Mutex(State())
    /// A task is sent through Swift's pool; while none comes back, the pool is stuck.
    private let heartbeat = Mutex((sent: 0, answered: 0))
    private let poolLimit: Duration?

    /// Makes a watchdog that begins with ``start()``.
    ///
    /// - Parameters:
    ///   - poolLimit: How long Swift's pool may take to run a task; nil lets it take its time.
    ///   - notifier: Told that all is well, where systemd asks for it.
    ///   - actions: What to look at, and what to do.
    init(poolLimit: Duration?, notifier: SystemdNotifier, actions: Actions) {
        self.poolLimit = poolLimit
        self.notifier = notifier
        self.actions = actions
    }

    /// The part that is stuck; nil while none is.
    var stall: StallDetector.Stall? { state.withLock(\.stall) }

    /// How long each part has held work without moving.
    var stalls: [String: Duration] { state.withLock { $0.detector.stalls } }

    /// Starts looking.
    func start() {
        do throws(SystemThread.Shortage) {
            try SystemThread.start(name: "watchdog", stackBytes: 512 << 10) { self.lookUntilStopped() }
        } catch {
            actions.unwatched(error)
        }
    }

    /// Ends the looking.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    private func lookUntilStopped() {
        let start = ContinuousClock.now
        while !state.withLock(\.isStopped) {
            look(at: start.duration(to: .now))
            Thread.sleep(forTimeInterval: sleepSeconds)
        }
    }

    /// Takes one look, and does what follows from it.
    ///
    /// - Parameter now: Any time that only goes forward.
    func look(at now: Duration) {
        sendHeartbeat()
        let parts = actions.parts() + [pool]
        let (stall, since, isNew) = state.withLock { state in
            let stall = state.detector.look(at: parts, now: now)
            let isNew = state.stall == nil && stall != nil
            if isNew { state.stalledAt = now }
            state.stall = stall
            return (stall, state.stalledAt ?? now, isNew)
        }
        actions.tick()
        if let stall {
            if isNew { actions.stalled(stall) }
            if now - since >= Self.endDelay { actions.end(stall) }
        } else if isNotificationDue(at: now) {
            notifier.alive()
        }
    }

    private func isNotificationDue(at now: Duration) -> Bool {
        guard let interval = notifier.watchdogInterval else { return false }
        return state.withLock { state in
            if let last = state.notifiedAt, now - last < interval { return false }
            state.notifiedAt = now
            return true
        }
    }

    /// A second, less where systemd wants to hear more often.
    private var sleepSeconds: Double {
        min(1, (notifier.watchdogInterval ?? .seconds(2)) / .seconds(2))
    }

    private var pool: StallDetector.Part {
        let (sent, answered) = heartbeat.withLock { $0 }
        return StallDetector.Part(
            name: "runtime",
            limit: poolLimit,
            reading: StallDetector.Reading(held: sent - answered, passed: answered)
        )
    }

    private func sendHeartbeat() {
        let isDue = heartbeat.withLock { beat in
            guard beat.sent == beat.answered else { return false }
            beat.sent += 1
            return true
        }
        if isDue { Task { self.heartbeat.withLock { $0.answered += 1 } } }
    }
}
