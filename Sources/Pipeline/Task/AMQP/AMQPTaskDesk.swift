import Logging
import Synchronization
import Threading
import Transport

/// Where tasks are settled: publishes what is due, and only then acknowledges.
///
/// Knows of no queue's consumer, so everything about settlement can be tested without a broker.
final class AMQPTaskDesk: Sendable {
    private struct State {
        var counters = AMQPTaskQueue.Counters()
        var outstanding = 0
    }

    let publisher: ConfirmedPublisher
    let confirmed: any ConfirmedResults
    /// Given when a delivery was settled.
    let settled = WakeSignal()
    private let results: AMQPResultPublisher
    private let acknowledger: any AMQPAcknowledging
    private let logger: Logger
    private let state = Mutex(State())

    init(
        publisher: ConfirmedPublisher,
        acknowledger: any AMQPAcknowledging,
        confirmed: any ConfirmedResults,
        resultsExchange: String,
        logger: Logger
    ) {
        self.publisher = publisher
        self.acknowledger = acknowledger
        self.confirmed = confirmed
        self.results = AMQPResultPublisher(publisher: publisher, exchange: resultsExchange, logger: logger)
        self.logger = logger
    }

    var counters: AMQPTaskQueue.Counters { state.withLock(\.counters) }

    /// Deliveries handed out and not settled.
    var outstanding: Int { state.withLock(\.outstanding) }

    func handedOut() {
        state.withLock { $0.outstanding += 1 }
    }

    func redelivered() {
        state.withLock { $0.counters.redelivered += 1 }
    }

    /// Gives back a delivery that was never settled.
    func dropped(_ delivery: AMQPDelivery) {
        giveBack(delivery, reason: "dropped without settlement")
        state.withLock { $0.outstanding -= 1 }
        settled.notify()
    }

    /// Publishes, then acknowledges; or gives back.
    ///
    /// - Throws: ``TransportError`` when nothing could be published and the delivery was given back instead.
    func settle(_ delivery: AMQPTaskDelivery, _ ending: AMQPTaskDelivery.Ending) async throws(TransportError) {
        defer {
            state.withLock { $0.outstanding -= 1 }
            settled.notify()
        }
        do throws(TransportError) {
            switch ending {
            case .answered(let result):
                try await results.publish(result, to: delivery.message)
                await confirmed.insert(ConfirmedResult(to: delivery.message, from: delivery.queue))
                acknowledge(delivery.delivery, task: delivery.message.task.id) { $0.answered += 1 }
            case .passedOn(let queue):
                try await publisher.publish(delivery.messageToPassOn, exchange: "", routingKey: "\(queue)")
                acknowledge(delivery.delivery, task: delivery.message.task.id) { $0.passedOn += 1 }
            case .givenBack(let reason):
                // Else the broker would deliver it again at once, and again.
                await publisher.pauseBeforeRetry(attempts: delivery.attempts)
                giveBack(delivery.delivery, reason: reason)
            case .rejected(let reason):
                try await bury(delivery.delivery, from: delivery.queue, attempts: delivery.attempts, reason: reason)
            }
        } catch {
            giveBack(delivery.delivery, reason: error.description)
            throw error
        }
    }

    /// Sends a delivery to the dead letters and acknowledges it once they have it.
    ///
    /// - Throws: ``TransportError`` when they could not be reached; the delivery is still in hand.
    func bury(
        _ delivery: AMQPDelivery,
        from queue: TaskQueueName,
        attempts: Int,
        reason: String
    ) async throws(TransportError) {
        let letter = DeadLetter.encode(delivery.message, from: "\(queue)", attempts: attempts, reason: reason)
        try await publisher.publish(letter, exchange: AMQPTopology.deadExchange, routingKey: queue.pipeline)
        logger.warning(
            "A message went to the dead letters",
            metadata: [
                LogKey.taskID: "\(delivery.message.messageID ?? "")", LogKey.queue: "\(queue)",
                LogKey.reason: "\(reason)", LogKey.attempt: "\(attempts)",
            ]
        )
        acknowledge(delivery, task: delivery.message.messageID ?? "") { $0.deadLettered += 1 }
    }

    /// Acknowledges a redelivery whose result is out already.
    func acknowledgeRecognised(_ delivery: AMQPDelivery, task: String) {
        acknowledge(delivery, task: task) { $0.recognised += 1 }
        logger.debug("A redelivered task has its result already", metadata: [LogKey.taskID: "\(task)"])
    }

    /// Gives a delivery back to its queue.
    func giveBack(_ delivery: AMQPDelivery, reason: String) {
        acknowledger.nack(delivery, requeue: true)
        state.withLock { $0.counters.givenBack += 1 }
        logger.debug(
            "A task was given back",
            metadata: [LogKey.taskID: "\(delivery.message.messageID ?? "")", LogKey.reason: "\(reason)"]
        )
    }

    private func acknowledge(
        _ delivery: AMQPDelivery,
        task: String,
        _ count: (inout AMQPTaskQueue.Counters) -> Void
    ) {
        let settlement = acknowledger.ack(delivery)
        state.withLock { state in
            count(&state.counters)
            if settlement == .stale { state.counters.stale += 1 }
        }
        guard settlement != .accepted else { return }
        logger.debug(
            "An acknowledgement came too late; the redelivery will be recognised",
            metadata: [LogKey.taskID: "\(task)", LogKey.status: "\(settlement.rawValue)"]
        )
    }
}
