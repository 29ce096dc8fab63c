import Concurrency
import Synchronization
import Telemetry

/// All that callers and the connection's thread share: commands one way, answers the other.
final class AMQPMailbox: Sendable {
    typealias Reply = Result<AMQPReply, TransportError>
    private typealias PublishWaiter = CheckedContinuation<Result<Void, TransportError>, Never>

    private struct State {
        var requests: [UInt64: CheckedContinuation<Reply, Never>] = [:]
        var publishes: [UInt64: PublishWaiter] = [:]
        var ledger = AMQPDeliveryLedger()
        var connection = AMQPConnectionState.connecting
        var losses = 0
        var refusedLogins = 0
        var address: String?
        var progress = AMQPPublishProgress()
        var consumerTimeout: Duration?
        var observers: [UInt64: AsyncStream<AMQPConnectionState>.Continuation] = [:]
        var nextID: UInt64 = 0

        var isClosed: Bool {
            if case .closed = connection { true } else { false }
        }

        mutating func makeID() -> UInt64 {
            nextID += 1
            return nextID
        }
    }

    let wakeUp: WakeUp
    let commands: Mailbox<AMQPCommand>
    private let state = Mutex(State())

    init() throws(TransportError) {
        let wakeUp = try WakeUp()
        self.wakeUp = wakeUp
        commands = Mailbox { wakeUp.signal() }
    }

    static let closed = TransportError(
        .closed,
        operation: "broker.keep",
        message: "the connection was closed by this process",
        isRetriable: false
    )

    // MARK: for callers

    var connectionState: AMQPConnectionState { state.withLock { $0.connection } }

    /// How often a connection that was logged in ended.
    var losses: Int { state.withLock { $0.losses } }

    /// How often user and password were refused since the last login.
    var refusedLogins: Int { state.withLock { $0.refusedLogins } }

    /// The address that is connected to, or tried.
    var address: String? { state.withLock(\.address) }

    /// Whether publishes get anywhere.
    var progress: AMQPPublishProgress { state.withLock(\.progress) }

    /// For how long the broker leaves a delivery in hand; nil until it has said so.
    var consumerTimeout: Duration? { state.withLock(\.consumerTimeout) }

    /// Whether a delivery can still be settled: its channel is the one it came on.
    func holds(_ delivery: AMQPDelivery) -> Bool {
        state.withLock { $0.ledger.holds(delivery.epoch) }
    }

    func makeID() -> UInt64 { state.withLock { $0.makeID() } }

    /// Posts a command and waits for its answer.
    func request(_ command: (UInt64) -> AMQPCommand) async -> Reply {
        let id = makeID()
        let command = command(id)
        return await withCheckedContinuation { continuation in
            state.withLock { $0.requests[id] = continuation }
            if !commands.post(command) { complete(request: id, .failure(Self.closed)) }
        }
    }

    /// Posts a message and waits for its fate.
    func publish(_ publish: AMQPPublish) async -> Result<Void, TransportError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: PublishWaiter) in
                state.withLock { state in
                    state.publishes[publish.id] = continuation
                    state.progress.began(now: .now)
                }
                if !commands.post(.publish(publish)) { complete(publish: publish.id, .failure(Self.closed)) }
                // A cancellation before the waiter was there found nobody.
                if Task.isCancelled { cancelPublish(publish.id) }
            }
        } onCancel: {
            cancelPublish(publish.id)
        }
    }

    /// Settles a delivery, once and only in its epoch.
    func settle(_ delivery: AMQPDelivery, _ answer: AMQPSettlement) -> AMQPSettlementOutcome {
        let settlement = state.withLock { $0.ledger.settle(delivery.deliveryTag, in: delivery.epoch) }
        if settlement == .accepted { commands.post(.settle(tag: delivery.deliveryTag, delivery.epoch, answer)) }
        return settlement
    }

    /// The states from now on, beginning with the present one.
    func states() -> AsyncStream<AMQPConnectionState> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: AMQPConnectionState.self,
            bufferingPolicy: .bufferingNewest(16)
        )
        let id = state.withLock { state in
            let id = state.makeID()
            continuation.yield(state.connection)
            if state.isClosed { continuation.finish() } else { state.observers[id] = continuation }
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.observers[id] = nil }
        }
        return stream
    }

    // MARK: for the connection's thread

    /// Whether somebody still waits for this publish.
    func isAwaited(publish id: UInt64) -> Bool { state.withLock { $0.publishes[id] != nil } }

    func complete(request id: UInt64, _ reply: Reply) {
        state.withLock { $0.requests.removeValue(forKey: id) }?.resume(returning: reply)
    }

    func complete(publish id: UInt64, _ result: Result<Void, TransportError>) {
        let waiter = state.withLock { state in
            let waiter = state.publishes.removeValue(forKey: id)
            if waiter != nil { state.progress.ended(result, now: .now) }
            return waiter
        }
        waiter?.resume(returning: result)
    }

    func withLedger<Value: Sendable>(_ body: (inout AMQPDeliveryLedger) -> Value) -> Value {
        state.withLock { body(&$0.ledger) }
    }

    func learn(consumerTimeout: Duration) { state.withLock { $0.consumerTimeout = consumerTimeout } }

    func use(address: String) { state.withLock { $0.address = address } }

    func enter(_ connection: AMQPConnectionState) {
        let observers = state.withLock { state in
            // A connection that was given up may still come about.
            guard !state.isClosed else { return [AsyncStream<AMQPConnectionState>.Continuation]() }
            if state.connection.isLoggedIn, !connection.isLoggedIn { state.losses += 1 }
            switch connection {
            case .connected: state.refusedLogins = 0
            case .reconnecting(let error) where error.code == .authentication: state.refusedLogins += 1
            default: break
            }
            state.connection = connection
            return Array(state.observers.values)
        }
        for observer in observers { observer.yield(connection) }
    }

    /// Ends everything: nobody waits for ever.
    func close() {
        enter(.closed)
        // First: what comes from here on is refused, and what came before is among those below.
        commands.close()
        let (requests, publishes, observers) = state.withLock { state in
            defer {
                state.requests = [:]
                state.publishes = [:]
                state.observers = [:]
            }
            return (state.requests.values, state.publishes.values, state.observers.values)
        }
        for request in requests { request.resume(returning: .failure(Self.closed)) }
        for publish in publishes { publish.resume(returning: .failure(Self.closed)) }
        for observer in observers { observer.finish() }
    }

    private func cancelPublish(_ id: UInt64) {
        let error = TransportError(
            .cancelled,
            operation: "message.publish",
            message: "the publish was cancelled; it may or may not have reached the broker"
        )
        complete(publish: id, .failure(error))
    }
}
