package import Concurrency
package import Logging
import Pipeline
import Synchronization
import Telemetry
package import Transport

/// Publishes until the broker has confirmed, or until nobody wants to wait for that any longer.
///
/// A message that cannot be published now keeps its place: whoever waits for it takes no further work, which is the back-pressure.
package final class ConfirmedPublisher: Sendable {
    private struct State {
        var isDraining = false
        var abandonments = 0
        var nextID: UInt64 = 0
        var attempts: [UInt64: Task<Result<Void, TransportError>, Never>] = [:]
        /// Why messages wait for another attempt.
        var waiting: [UInt64: String] = [:]
        var generator: any RandomNumberGenerator & Sendable
    }

    private let connection: any AMQPPublishing
    private let backoff: Backoff
    private let drainPatience: Duration
    let clock: WaitClock
    private let warnings: ThrottledLog
    private let changed = WakeSignal()
    private let state: Mutex<State>

    /// Makes a publisher.
    ///
    /// - Parameters:
    ///   - connection: Publishes; it comes back by itself after a loss.
    ///   - backoff: How long to wait between attempts.
    ///   - drainPatience: How long an attempt may take once ``drain()`` was called.
    ///   - clock: What is waited by.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Gets a warning now and then while messages cannot be published.
    package init(
        connection: any AMQPPublishing,
        backoff: Backoff,
        drainPatience: Duration,
        clock: WaitClock = WaitClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger
    ) {
        self.connection = connection
        self.backoff = backoff
        self.drainPatience = drainPatience
        self.clock = clock
        self.warnings = ThrottledLog(logger, clock: clock)
        self.state = Mutex(State(generator: generator))
    }

    /// Whether ``drain()`` was called.
    package var isDraining: Bool { state.withLock(\.isDraining) }

    /// Messages sent or waiting to be sent, and not confirmed.
    package var underWay: Int { state.withLock { $0.attempts.count } }

    /// Why messages are not published, in a sentence; nil while each goes out at its first attempt.
    package var problem: String? {
        state.withLock { state in
            state.waiting.first.map { "\(state.waiting.count) messages cannot be published: \($0.value)" }
        }
    }

    /// How often what waited was given up.
    var abandonments: Int { state.withLock(\.abandonments) }

    /// The time by which it waits.
    var now: Duration { clock.now }

    /// Publishes a message, mandatory, and returns after the confirm; tries again as long as that may help.
    ///
    /// The caller's cancellation does not end it: a result that is there goes out.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - exchange: Where it is published.
    ///   - routingKey: The routing key.
    ///   - triesUnroutable: Whether a message that no queue takes is tried again here; else the caller is told at once.
    /// - Throws: The last attempt's ``TransportError`` when the message is too large, after ``drain()`` or ``abandon()``.
    package func publish(
        _ message: AMQPMessage,
        exchange: String,
        routingKey: String,
        triesUnroutable: Bool = true
    ) async throws(TransportError) {
        let (abandonments, waitingID) = state.withLock { state in
            state.nextID += 1
            return (state.abandonments, state.nextID)
        }
        defer { state.withLock { $0.waiting[waitingID] = nil } }
        var failures = 0
        while true {
            do throws(TransportError) {
                return try await attempt(message, exchange: exchange, routingKey: routingKey)
            } catch {
                let change = changed.next
                guard error.code != .tooLarge, triesUnroutable || error.code != .unroutable,
                    mayGoOn(since: abandonments)
                else { throw error }
                state.withLock { $0.waiting[waitingID] = error.message }
                warn(error, exchange: exchange, routingKey: routingKey)
                failures += 1
                let (clock, delay) = (clock, delay(failures: failures))
                // A task of its own: in one that is cancelled nothing waits, and the broker would be asked without a pause.
                await Task { await clock.pause(for: delay, orUntil: change) }.value
                guard mayGoOn(since: abandonments) else { throw error }
            }
        }
    }

    /// Makes every message one attempt from now on, of limited time.
    package func drain() {
        let attempts = state.withLock { state in
            state.isDraining = true
            return Array(state.attempts.values)
        }
        changed.notify()
        let (clock, patience) = (self.clock, drainPatience)
        guard !attempts.isEmpty else { return }
        Task {
            // Never cancelled, so that the sleep can only end in time.
            try? await clock.sleep(for: patience)
            for attempt in attempts { attempt.cancel() }
        }
    }

    /// Gives up what is being published now; later messages are published as before.
    package func abandon() {
        let attempts = state.withLock { state in
            state.abandonments += 1
            return Array(state.attempts.values)
        }
        for attempt in attempts { attempt.cancel() }
        changed.notify()
    }

    /// Waits; ``drain()`` and ``abandon()`` end it early.
    func pause(for delay: Duration) async {
        let change = changed.next
        if !isDraining { await clock.pause(for: delay, orUntil: change) }
    }

    /// Waits before a task goes back to its queue, the longer the more often it was delivered.
    package func pauseBeforeRetry(attempts: Int) async {
        await pause(for: delay(failures: min(attempts, 20) + 3))
    }

    /// The wait after so many failures in a row.
    func delay(failures: Int) -> Duration {
        state.withLock { backoff.delay(failures: failures, using: &$0.generator) }
    }

    private func attempt(
        _ message: AMQPMessage,
        exchange: String,
        routingKey: String
    ) async throws(TransportError) {
        let connection = self.connection
        let attempt = Task { () -> Result<Void, TransportError> in
            do throws(TransportError) {
                return .success(
                    try await connection.publish(message, exchange: exchange, routingKey: routingKey, mandatory: true)
                )
            } catch {
                return .failure(error)
            }
        }
        let (id, isDraining) = state.withLock { state in
            state.nextID += 1
            state.attempts[state.nextID] = attempt
            return (state.nextID, state.isDraining)
        }
        let limit = isDraining ? limit(on: attempt) : nil
        defer {
            state.withLock { state in state.attempts[id] = nil }
            limit?.cancel()
        }
        try await attempt.value.get()
    }

    private func limit(on attempt: Task<Result<Void, TransportError>, Never>) -> Task<Void, Never> {
        let (clock, patience) = (self.clock, drainPatience)
        return Task {
            do {
                try await clock.sleep(for: patience)
                attempt.cancel()
            } catch {
                // Published in time.
            }
        }
    }

    /// Whether what began after so many abandonments is still wanted.
    func mayGoOn(since abandonments: Int) -> Bool {
        state.withLock { !$0.isDraining && $0.abandonments == abandonments }
    }

    private func warn(_ error: TransportError, exchange: String, routingKey: String) {
        warnings.note(
            "A message cannot be published and is held; no more work is taken than fits beside it",
            of: "\(error.code) \(exchange) \(routingKey)",
            [LogKey.exchange: "\(exchange)", LogKey.routingKey: "\(routingKey)", LogKey.error: "\(error)"]
        )
    }
}
