package import Concurrency
package import Logging
import Pipeline
import Synchronization
import Telemetry
package import Transport

/// Consumes one queue until stopped: through losses, refusals, and cancellations by the broker.
package final class AMQPSubscription: Sendable {
    private struct State {
        var isStopping = false
        var isPaused = false
        /// Whether the consumer was ended by a pause, so that the subscription goes on.
        var endedToPause = false
        var consumer: AMQPConsumer?
        /// Since when there is no consumer, and why.
        var away: (since: Duration, reason: String)?
        /// Whether the queue was not there at the latest attempt.
        var isMissing = false
        var generator: any RandomNumberGenerator & Sendable
    }

    /// How long there may be no consumer before that is a problem.
    private static let patience = Duration.seconds(10)
    /// How often a declaration may fail for want of something that another client makes at the same moment.
    private static let racesForgiven = 3

    private let connection: AMQPConnection
    private let queue: String
    private let prefetch: Int
    private let declarations: [AMQPDeclaration]
    private let mayBeMissing: Bool
    private let backoff: Backoff
    private let clock: WaitClock
    private let giveBack: (@Sendable (AMQPDelivery) async -> Void)?
    private let logger: Logger
    private let warnings: ThrottledLog
    private let changed = WakeSignal()
    private let state: Mutex<State>

    /// Makes a subscription that begins with ``run(_:)``.
    ///
    /// - Parameters:
    ///   - connection: Consumes.
    ///   - queue: The queue.
    ///   - prefetch: The most deliveries in hand, 1...65535.
    ///   - declarations: What is declared before every attempt.
    ///   - mayBeMissing: Whether it is no problem that the queue is not there, where this worker may not make it.
    ///   - backoff: How long to wait between attempts.
    ///   - clock: What is waited by.
    ///   - generator: Where the jitter comes from.
    ///   - giveBack: Gives back what nobody has taken when the consumer ends; it goes to its queue again when this is left out.
    ///   - logger: Hears why the queue cannot be consumed, and how the broker differs from what is wanted.
    package init(
        connection: AMQPConnection,
        queue: String,
        prefetch: Int,
        declarations: [AMQPDeclaration],
        mayBeMissing: Bool = false,
        backoff: Backoff,
        clock: WaitClock = WaitClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        giveBack: (@Sendable (AMQPDelivery) async -> Void)? = nil,
        logger: Logger
    ) {
        self.connection = connection
        self.giveBack = giveBack
        self.queue = queue
        self.prefetch = prefetch
        self.declarations = declarations
        self.mayBeMissing = mayBeMissing
        self.backoff = backoff
        self.clock = clock
        self.logger = logger
        self.warnings = ThrottledLog(logger, clock: clock)
        self.state = Mutex(State(away: (clock.now, "not begun yet"), generator: generator))
    }

    /// Why the queue is not consumed though it should be, in a sentence; nil when there is no obstacle.
    package var problem: String? {
        let now = clock.now
        return state.withLock { state in
            guard let away = state.away, !state.isPaused, !state.isStopping, now - away.since >= Self.patience,
                !(mayBeMissing && state.isMissing)
            else { return nil }
            return "\(queue) cannot be consumed: \(away.reason)"
        }
    }

    /// Hands over every delivery, in order, until ``stop()`` or cancellation.
    ///
    /// - Parameter take: Takes a delivery; the next one is handed over when it returns.
    package func run(_ take: (AMQPDelivery) async -> Void) async {
        var misses = 0
        while true {
            await changed.wait { !isPaused || isStopping }
            let change = changed.next
            if isStopping || Task.isCancelled { return }
            do throws(TransportError) {
                try await declare()
                let consumer = try await connection.consume(queue: queue, prefetch: prefetch)
                misses = 0
                await enter(consumer)
                let deliveries = consumer.makeAsyncIterator()
                while let delivery = try await deliveries.next() {
                    await take(delivery)
                }
                // Ended without an error: paused, stopped, cancelled, or the connection was closed by us.
                guard takeEndedToPause() else { return }
                left(because: "paused")
            } catch {
                if isStopping { return }
                let isNews = left(because: error.message, isMissing: error.code == .notFound)
                if mayBeMissing, error.code == .notFound {
                    if isNews { tellOfMissingQueue() }
                } else if misses < Self.racesForgiven, error.isRaceOfDeclarations {
                    logger.debug("A queue is being made by others, too", metadata: [LogKey.error: "\(error)"])
                } else {
                    warn("A queue cannot be consumed; trying again", error.description)
                }
                misses += 1
                let delay = state.withLock { backoff.delay(failures: misses, using: &$0.generator) }
                await clock.pause(for: delay, orUntil: change)
            }
        }
    }

    /// Ends the consumer; deliveries that nobody has taken are given back, and ``run(_:)`` returns.
    package func stop() async {
        let consumer = state.withLock { state in
            state.isStopping = true
            return state.consumer
        }
        changed.notify()
        if let consumer { await cancel(consumer) }
    }

    /// Ends the consumer for a while, or lets ``run(_:)`` make one again; deliveries that were handed over are the taker's.
    package func set(paused isPaused: Bool) async {
        let consumer = state.withLock { state -> AMQPConsumer? in
            guard state.isPaused != isPaused else { return nil }
            state.isPaused = isPaused
            // The time of a pause does not count.
            state.away = state.away.map { _ in (clock.now, "not begun yet") }
            guard isPaused, let consumer = state.consumer else { return nil }
            state.endedToPause = true
            return consumer
        }
        changed.notify()
        if let consumer { await cancel(consumer) }
    }

    private var isStopping: Bool { state.withLock(\.isStopping) }
    private var isPaused: Bool { state.withLock(\.isPaused) }

    private func takeEndedToPause() -> Bool {
        state.withLock { state in
            defer { state.endedToPause = false }
            return state.endedToPause && !state.isStopping
        }
    }

    /// Notes that there is no consumer; says whether the queue is missing since now.
    @discardableResult
    private func left(because reason: String, isMissing: Bool = false) -> Bool {
        let now = clock.now
        return state.withLock { state in
            state.away = (state.away?.since ?? now, reason)
            defer { state.isMissing = isMissing }
            return isMissing && !state.isMissing
        }
    }

    private func tellOfMissingQueue() {
        logger.notice(
            "A queue is not there and may not be made here; it is looked for now and then",
            metadata: [LogKey.queue: "\(queue)"]
        )
    }

    private func enter(_ consumer: AMQPConsumer) async {
        let mustEnd = state.withLock { state in
            state.consumer = consumer
            state.away = nil
            state.endedToPause = state.isPaused
            return state.isStopping || state.isPaused
        }
        if mustEnd { await cancel(consumer) }
    }

    private func cancel(_ consumer: AMQPConsumer) async {
        do throws(TransportError) {
            guard let giveBack else { return try await connection.cancel(consumer) }
            try await connection.end(consumer)
            for delivery in consumer.takeUntaken() { await giveBack(delivery) }
        } catch {
            // It ends all the same, and the broker gives its deliveries to others.
            logger.debug("A consumer could not be cancelled", metadata: [LogKey.error: "\(error)"])
        }
    }

    private func declare() async throws(TransportError) {
        let differences = try await AMQPTopology.ensure(declarations, on: connection)
        if !differences.isEmpty {
            warn(
                "Queues or exchanges on RabbitMQ are not as they should be",
                differences.joined(separator: "; ")
            )
        }
    }

    private func warn(_ sentence: Logger.Message, _ error: String) {
        // The connection says itself that it is away, once for all its queues.
        guard connection.state.isLoggedIn else { return }
        warnings.note(sentence, [LogKey.queue: "\(queue)", LogKey.error: "\(error)"])
    }
}
