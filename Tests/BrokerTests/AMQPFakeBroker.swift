import Concurrency
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Broker
@testable import Pipeline
@testable import Transport

/// Stands in for both connections: publishes end as the test says, acknowledgements are written down.
final class AMQPFakeBroker: AMQPPublishing, AMQPAcknowledging {
    struct Published: Hashable {
        let message: AMQPMessage
        let exchange: String
        let routingKey: String
    }

    enum Event: Hashable {
        case published(id: String?, to: String)
        case acked(UInt64)
        case nacked(UInt64)
        case rejected(UInt64)
    }

    private struct State {
        var script: [Result<Void, TransportError>]
        var published: [Published] = []
        var events: [Event] = []
        var isStale = false
        var closed: Set<UInt64> = []
        var hangs = false
        var unroutable: Set<String> = []
    }

    private let state: Mutex<State>

    /// Begins with a script; when it is used up every publish is confirmed.
    init(_ script: [Result<Void, TransportError>] = []) {
        state = Mutex(State(script: script))
    }

    var published: [Published] { state.withLock(\.published) }
    var events: [Event] { state.withLock(\.events) }

    /// Makes acknowledgements come too late.
    func loseConnection() { state.withLock { $0.isStale = true } }

    /// Takes back what came on one opening of the channel.
    func close(opening: UInt64) { state.withLock { _ = $0.closed.insert(opening) } }

    /// Takes acknowledgements again.
    func reconnect() { state.withLock { $0.isStale = false } }

    /// Leaves a routing key without a queue, or gives it one.
    func set(_ routingKey: String, routable: Bool) {
        state.withLock { state in
            if routable { state.unroutable.remove(routingKey) } else { state.unroutable.insert(routingKey) }
        }
    }

    /// Makes publishes wait until they are cancelled, as under an alarm.
    func block() { state.withLock { $0.hangs = true } }

    func publish(
        _ message: AMQPMessage,
        exchange: String,
        routingKey: String,
        mandatory: Bool
    ) async throws(TransportError) {
        #expect(mandatory)
        if state.withLock(\.hangs) {
            let never = AsyncStream<Void> { _ in }
            for await _ in never {}
            throw TransportError(.cancelled, operation: "message.publish", message: "cancelled")
        }
        try state.withLock { state throws(TransportError) in
            if !state.script.isEmpty { try state.script.removeFirst().get() }
            if state.unroutable.contains(routingKey) { throw TransportError.unroutable }
            state.published.append(Published(message: message, exchange: exchange, routingKey: routingKey))
            state.events.append(.published(id: message.messageID, to: "\(exchange)/\(routingKey)"))
        }
    }

    func ack(_ delivery: AMQPDelivery) -> AMQPSettlementOutcome {
        state.withLock { state in
            state.events.append(.acked(delivery.deliveryTag))
            return state.isStale ? .stale : .accepted
        }
    }

    func holds(_ delivery: AMQPDelivery) -> Bool {
        state.withLock { !$0.isStale && !$0.closed.contains(delivery.epoch.opening) }
    }

    func nack(_ delivery: AMQPDelivery, requeue: Bool) -> AMQPSettlementOutcome {
        state.withLock { state in
            state.events.append(requeue ? .nacked(delivery.deliveryTag) : .rejected(delivery.deliveryTag))
            return state.isStale ? .stale : .accepted
        }
    }
}

extension TransportError {
    static let unroutable = TransportError(
        .unroutable,
        operation: "message.publish",
        message: "NO_ROUTE",
        isRetriable: true
    )
    static let nacked = TransportError(.nacked, operation: "message.publish", message: "nacked")
    static let tooLarge = TransportError(.tooLarge, operation: "message.publish", message: "too large")
}

extension AMQPDelivery {
    /// A delivery as a broker would hand it over.
    static func fake(
        _ message: AMQPMessage,
        tag: UInt64 = 1,
        opening: UInt64 = 1,
        isRedelivered: Bool = false
    ) -> AMQPDelivery {
        AMQPDelivery(
            message: message,
            exchange: "",
            routingKey: "antenna.tasks.moths",
            isRedelivered: isRedelivered,
            deliveryTag: tag,
            epoch: AMQPChannelEpoch(channel: 1, opening: opening)
        )
    }
}

extension AMQPMessage {
    /// The message of a task.
    static func task(_ id: String, job: Int? = 1, subject: String = "answers") -> AMQPMessage {
        TaskMessage.encode(
            ImageTask(
                id: id,
                imageID: "1",
                imageURL: "http://host/\(id).jpg",
                replySubject: subject,
                pipeline: "moths",
                jobID: job
            ),
            correlationID: "c-\(id)"
        )
    }
}

extension AMQPTaskSettler {
    /// A settler at that broker; its waits are over at once unless the clock says otherwise.
    convenience init(
        testing broker: AMQPFakeBroker,
        clock: some Clock<Duration> = JumpingClock(),
        confirmed: any ConfirmedResultStore = MemoryConfirmedResultStore(),
        logger: Logger
    ) {
        self.init(
            publisher: ConfirmedPublisher(
                connection: broker,
                backoff: .broker,
                drainPatience: .seconds(10),
                clock: WaitClock(clock),
                generator: SeededGenerator(seed: 1),
                logger: logger
            ),
            acknowledger: broker,
            confirmed: confirmed,
            resultsExchange: "antenna.results",
            unroutablePatience: .seconds(300),
            logger: logger
        )
    }
}
