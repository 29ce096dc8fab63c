import Foundation
import Logging
import Synchronization

/// Looks once a second whether the worker moves, on a thread of its own: Swift's pool may be what is stuck.
///
/// A stall fails `/livez` and is logged; a few seconds later the process ends, so that whoever runs it starts it again. What it had in
/// hand is delivered again by its source.
final class Watchdog: Sendable {
    /// What a look found, and what is done then.
    struct Actions: Sendable {
        /// The parts to watch.
        var parts: @Sendable () -> [StallWatch.Part]
        /// Called at every look.
        var tick: @Sendable () -> Void
        /// Called once when something is stuck; the process ends soon.
        var stalled: @Sendable (StallWatch.Stall) -> Void
        /// Ends the process.
        var end: @Sendable (StallWatch.Stall) -> Void
    }

    private struct State {
        var watch = StallWatch()
        var stall: StallWatch.Stall?
        var isStopped = false
    }

    /// How long `/livez` says what is wrong before the process ends.
    private static let farewell = 5

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

    /// What is stuck; nil while all is well.
    var stall: StallWatch.Stall? { state.withLock(\.stall) }

    /// How long each part has held work without moving.
    var stalls: [String: Duration] { state.withLock { $0.watch.stalls } }

    /// Starts looking.
    func start() {
        let thread = Thread { self.lookUntilStopped() }
        thread.name = "watchdog"
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Ends the looking.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    private func lookUntilStopped() {
        let start = ContinuousClock.now
        var notifiedAt: ContinuousClock.Instant?
        var looksSinceStall = 0
        while !state.withLock(\.isStopped) {
            let now = ContinuousClock.now
            beat()
            let parts = actions.parts() + [pool]
            let (stall, isNew) = state.withLock { state in
                let stall = state.watch.look(at: parts, now: start.duration(to: now))
                defer { state.stall = stall }
                return (stall, state.stall == nil && stall != nil)
            }
            actions.tick()
            if let stall {
                if isNew { actions.stalled(stall) }
                looksSinceStall += 1
                if looksSinceStall > Self.farewell { actions.end(stall) }
            } else {
                looksSinceStall = 0
                if let interval = notifier.watchdogInterval, notifiedAt.map({ now - $0 >= interval }) ?? true {
                    notifier.alive()
                    notifiedAt = now
                }
            }
            Thread.sleep(forTimeInterval: sleepSeconds)
        }
    }

    /// A second, less where systemd wants to hear more often.
    private var sleepSeconds: Double {
        min(1, (notifier.watchdogInterval ?? .seconds(2)) / .seconds(2))
    }

    private var pool: StallWatch.Part {
        let (sent, answered) = heartbeat.withLock { $0 }
        return StallWatch.Part(
            name: "runtime",
            limit: poolLimit,
            reading: StallWatch.Reading(held: sent - answered, passed: answered)
        )
    }

    private func beat() {
        let isDue = heartbeat.withLock { beat in
            guard beat.sent == beat.answered else { return false }
            beat.sent += 1
            return true
        }
        if isDue { Task { self.heartbeat.withLock { $0.answered += 1 } } }
    }
}
