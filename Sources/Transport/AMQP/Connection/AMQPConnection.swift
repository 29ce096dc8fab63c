package import Concurrency
import Foundation
package import Logging
import Synchronization
import Telemetry

/// A connection to a RabbitMQ broker that comes back by itself.
///
/// A thread of its own polls the socket and a wake-up descriptor, so heartbeats are on time whatever the process computes; no call
/// blocks a thread of the caller. After a loss it connects again with jittered waits, repeats the declarations made through it and
/// restores its consumers. Deliveries of a lost connection are stale: acknowledging them sends nothing, and the broker delivers them
/// again. Use one connection to consume and one to publish, because an alarm of the broker stops publishing connections.
package final class AMQPConnection: Sendable {
    /// Where and how.
    package let configuration: AMQPConfiguration
    let mailbox: AMQPMailbox
    private let messages: Budget
    private let bytes: Budget
    /// The largest body the broker takes, once it has said so, and which connection that was.
    private let brokerLimit = Mutex<(bytes: Int, losses: Int)?>(nil)

    /// Starts connecting and goes on trying until ``close()``.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - backoff: How long to wait between attempts.
    ///   - generator: The randomness for the waits.
    ///   - logger: For losses, alarms and refusals.
    ///   - warnings: For what may happen often; connections that share it say together once what befalls them alike.
    /// - Throws: ``TransportError`` when the process has no descriptors left.
    package init(
        configuration: AMQPConfiguration,
        backoff: Backoff = .broker,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger,
        warnings: ThrottledLog? = nil
    ) throws(TransportError) {
        let mailbox = try AMQPMailbox()
        self.configuration = configuration
        self.mailbox = mailbox
        let (window, windowBytes) = (max(1, configuration.publishWindow), max(1, configuration.publishWindowBytes))
        messages = Budget(limit: window, spare: Lane.spare(beyond: window))
        bytes = Budget(limit: windowBytes, spare: Lane.spare(beyond: windowBytes))
        // While it logs in the library may decode nested tables by recursion, and a frame has room for 26,000 levels.
        try startThread(name: "amqp", stackBytes: 16 << 20, operation: "broker.keep") {
            AMQPLoop(
                configuration: configuration,
                mailbox: mailbox,
                backoff: backoff,
                generator: generator,
                logger: logger,
                warnings: warnings ?? ThrottledLog(logger, clock: WaitClock())
            ).run()
        }
    }

    deinit {
        mailbox.commands.post(.close)
    }

    /// Connects; unlike the initialiser it gives up when the first attempt fails.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - backoff: How long to wait between attempts after a later loss.
    ///   - generator: The randomness for the waits.
    ///   - logger: For losses, alarms and refusals.
    /// - Returns: A connection that is logged in.
    /// - Throws: ``TransportError`` that says why the first attempt failed.
    package static func connect(
        _ configuration: AMQPConfiguration,
        backoff: Backoff = .broker,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger
    ) async throws(TransportError) -> AMQPConnection {
        let connection = try AMQPConnection(
            configuration: configuration,
            backoff: backoff,
            generator: generator,
            logger: logger
        )
        for await state in connection.states() {
            switch state {
            case .connecting: continue
            case .connected, .blocked: return connection
            case .reconnecting(let error):
                await connection.close()
                throw error
            case .closed: throw AMQPMailbox.closed
            }
        }
        await connection.close()
        throw TransportError(.cancelled, operation: "broker.connect", message: "the task was cancelled")
    }

    /// The present state.
    package var state: AMQPConnectionState { mailbox.connectionState }

    /// How often a connection that was logged in was lost, or closed at the end.
    package var losses: Int { mailbox.losses }

    /// How often the broker has refused user and password since it last took them.
    package var refusedLogins: Int { mailbox.refusedLogins }

    /// The address that is connected to, or tried; nil before the first.
    package var address: String? { mailbox.address }

    /// Why publishes get nowhere, in a sentence; nil when there is no obstacle.
    package var publishProblem: String? { mailbox.progress.problem(now: .now) }

    /// For how long the broker leaves a delivery in hand; nil until it has taken some back, and said so.
    package var consumerTimeout: Duration? { mailbox.consumerTimeout }

    /// Whether publishing is worth a try now: the broker is there, no alarm keeps it from taking messages, and it has taken some.
    package var takesPublishes: Bool {
        if case .connected = state { publishProblem == nil } else { false }
    }

    /// Whether a delivery can still be settled; one whose channel is gone is delivered again.
    package func holds(_ delivery: AMQPDelivery) -> Bool { mailbox.holds(delivery) }

    /// The states from now on, beginning with the present one; the latest 16 are kept for a slow reader.
    package func states() -> AsyncStream<AMQPConnectionState> { mailbox.states() }

    /// Publishes and returns once the broker has confirmed that it keeps the message.
    ///
    /// Any number of tasks may publish at once; beyond ``AMQPConfiguration/publishWindow`` messages they wait, those of the interactive lane
    /// beyond a quarter more. What is not sent yet goes out in the order of its lane, that lane first. While the connection is
    /// away or blocked, messages that were not sent wait, and messages that were sent without a confirm fail at the loss.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - exchange: The exchange; `""` sends to the queue named by the routing key.
    ///   - routingKey: The routing key.
    ///   - mandatory: Whether it is a failure when the message reaches no queue.
    /// - Throws: ``TransportError`` with code `unroutable`, `nacked`, `closed`, `notFound` (no such exchange), `tooLarge`, `cancelled`, …
    ///   After an error with code `closed`, `timedOut` or `cancelled` the broker may have the message all the same.
    package func publish(
        _ message: AMQPMessage,
        exchange: String = "",
        routingKey: String,
        mandatory: Bool = true
    ) async throws(TransportError) {
        let publish = AMQPPublish(
            id: mailbox.makeID(),
            message: message,
            exchange: exchange,
            routingKey: routingKey,
            isMandatory: mandatory,
            lane: Lane.current
        )
        try publish.check(limit: min(configuration.messageLimit, learnedLimit ?? .max))
        let slots: [Budget.Reservation]
        do {
            slots = [try await messages.reserve(1), try await bytes.reserve(max(1, message.body.count))]
        } catch {
            throw TransportError(
                .cancelled,
                operation: "message.publish",
                message: "the publish was cancelled before it was sent",
                underlying: error
            )
        }
        defer { for slot in slots { slot.release() } }
        do throws(TransportError) {
            try await mailbox.publish(publish).get()
        } catch {
            throw learn(from: error, about: message)
        }
    }

    private var learnedLimit: Int? {
        let losses = self.losses
        return brokerLimit.withLock { $0?.losses == losses ? $0?.bytes : nil }
    }

    /// The error of one message: a broker that refuses one for its size closes the channel, and with it all that is on it.
    private func learn(from error: TransportError, about message: AMQPMessage) -> TransportError {
        guard error.code == .tooLarge, let limit = TransportError.brokerLimit(in: error.message) else { return error }
        let losses = self.losses
        brokerLimit.withLock { $0 = (limit, losses) }
        guard message.body.count <= limit else { return error }
        return TransportError(
            .closed,
            operation: error.operation,
            message: "the channel was closed because of another message",
            underlying: error
        )
    }

    /// Acknowledges a delivery: the broker forgets it.
    @discardableResult
    package func ack(_ delivery: AMQPDelivery) -> AMQPSettlementOutcome { mailbox.settle(delivery, .ack) }

    /// Gives a delivery back; with `requeue` it goes to its queue again, otherwise to the dead letters.
    @discardableResult
    package func nack(_ delivery: AMQPDelivery, requeue: Bool) -> AMQPSettlementOutcome {
        mailbox.settle(delivery, .nack(requeue: requeue))
    }

    /// Sends the acknowledgements in hand, says goodbye to the broker and ends the thread; a second call does nothing.
    ///
    /// Waits at most a few seconds, and not at all for a broker that is away. Consumers end, everything else that waits fails with code
    /// `closed`.
    package func close() async {
        mailbox.commands.post(.close)
        // There is nobody to say goodbye to, and the thread may be waiting for an address that is silent.
        if !state.isLoggedIn { mailbox.close() }
        for await state in mailbox.states() {
            if case .closed = state { return }
        }
    }

    /// Closes a connection that is away, so that nobody waits for it to come back; one that is there stays.
    package func closeIfAway() async {
        if !state.isLoggedIn { await close() }
    }

    func request(_ command: (UInt64) -> AMQPCommand) async throws(TransportError) -> AMQPReply {
        try await mailbox.request(command).get()
    }

    func makeID() -> UInt64 { mailbox.makeID() }
}
