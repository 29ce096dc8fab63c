import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Where tasks are settled: publishes what is due, and only then acknowledges.
///
/// Independent of consumers, so everything about settlement can be tested without a broker.
final class AMQPTaskSettler: Sendable {
    struct State {
        var outstanding = 0
        var deliveries = DeliveriesInHand()
        var held = UnroutableResults()
        var kept = ResultsAwaitingRedelivery()
    }

    let statistics = DeliveryStatistics()
    let publisher: ConfirmedPublisher
    let confirmed: any ConfirmedResultStore
    /// Signalled when a delivery was settled, or held apart.
    let settled = WakeSignal()
    /// Signalled when a result begins or ceases to be held: much rarer than ``settled``.
    let heldChanged = WakeSignal()
    let results: AMQPResultPublisher
    let unroutablePatience: Duration
    let logger: Logger
    let warnings: ThrottledLog
    let state = Mutex(State())
    let acknowledger: any AMQPAcknowledging
    private let burials = Budget(limit: 32)

    init(
        publisher: ConfirmedPublisher,
        acknowledger: any AMQPAcknowledging,
        confirmed: any ConfirmedResultStore,
        resultsExchange: String,
        unroutablePatience: Duration,
        logger: Logger
    ) {
        self.publisher = publisher
        self.acknowledger = acknowledger
        self.confirmed = confirmed
        self.results = AMQPResultPublisher(publisher: publisher, exchange: resultsExchange, logger: logger)
        self.unroutablePatience = unroutablePatience
        self.logger = logger
        self.warnings = ThrottledLog(logger, clock: publisher.clock)
    }

    /// Deliveries handed out, held or on their way to the dead letters, and not settled.
    var outstanding: Int { state.withLock(\.outstanding) }

    /// How often the task of a delivery was tried before.
    func attempts(of key: ResultKey, at delivery: AMQPDelivery, from queue: TaskQueueName) -> Int {
        state.withLock { $0.deliveries.attempts(of: key, at: delivery, from: queue) }
    }

    /// Takes a task in hand that was tried so often before.
    ///
    /// - Returns: The number by which it is settled.
    func handOut(
        _ delivery: AMQPDelivery,
        as key: ResultKey,
        from queue: TaskQueueName,
        tried: Int
    ) -> UInt64 {
        state.withLock { state in
            state.outstanding += 1
            return state.deliveries.take(delivery, of: key, from: queue, tried: tried, now: .now)
        }
    }

    /// Adds a redelivery to the task it is of, if that is still in hand or held; says whether it is.
    ///
    /// One that is gone itself joins nothing: it would take the place of the delivery that came after it, which nobody would settle then.
    func join(_ delivery: AMQPDelivery, to key: ResultKey) -> Bool {
        state.withLock { acknowledger.holds(delivery) && $0.deliveries.join(delivery, to: key, now: .now) }
    }

    func redelivered() {
        statistics.redelivered.add()
    }

    /// Waits until fewer than `limit` tasks of a queue are worked on; those held apart do not count.
    func waitForPlace(in queue: TaskQueueName, limit: Int) async {
        await settled.wait { publisher.isDraining || underWay(from: queue) < limit }
    }

    /// Tasks of a queue that are worked on; those held apart do not count.
    func underWay(from queue: TaskQueueName) -> Int {
        state.withLock { $0.deliveries.count(from: queue) - $0.held.count(from: queue) }
    }

    /// Waits until everything is settled, or the task is cancelled.
    func waitUntilIdle() async {
        await settled.wait { outstanding == 0 }
    }

    /// Publishes, then acknowledges; or gives back.
    ///
    /// A result that no queue takes is held apart, and this returns; so it does when the broker has taken the task back.
    ///
    /// - Throws: ``TransportError`` when nothing could be published; the delivery is given back instead.
    func settle(_ delivery: AMQPTaskDelivery, _ ending: AMQPTaskDelivery.Ending) async throws(TransportError) {
        if letGo(delivery, keeping: ending.result) { return }
        do throws(TransportError) {
            switch ending {
            case .answered(let result):
                try await answerOrHold(delivery, with: result)
            case .passedOn(let queue, let counted):
                try await publisher.publish(delivery.messageToPassOn, exchange: "", routingKey: "\(queue)")
                counted()
                // A redelivery would be passed on a second time, and two workers would do it.
                await confirmed.insert(delivery.key)
                acknowledge(delivery, as: statistics.passedOn)
            case .givenBack(let reason):
                await pauseAndGiveBack(delivery, reason: reason)
            }
        } catch {
            giveBackInBackground(delivery, reason: error.description)
            throw error
        }
    }

    /// Publishes a result, and acknowledges its task once it is confirmed.
    func answer(_ delivery: AMQPTaskDelivery, with result: EncodedResult) async throws(TransportError) {
        try await results.publish(result, to: delivery.message)
        await confirmed.insert(delivery.key)
        acknowledge(delivery, as: statistics.answered)
    }

    /// Sends a task to the dead letters and acknowledges it once they have it.
    ///
    /// - Throws: ``TransportError`` when they could not be reached; the task is still in hand.
    func deadLetter(_ delivery: AMQPTaskDelivery, reason: String) async throws(TransportError) {
        let rejects = try await publishLetter(
            delivery.delivery.message,
            from: delivery.queue,
            attempts: delivery.attempts,
            reason: reason
        )
        release(delivery.id, as: statistics.deadLettered) { self.remove($0, rejects: rejects) }
    }

    /// Sends a message to the dead letters that is no task in hand, beside what goes on.
    ///
    /// Waits only while many are on their way.
    func deadLetterInBackground(_ delivery: AMQPDelivery, from queue: TaskQueueName, attempts: Int, reason: String)
        async
    {
        // The caller's cancellation must not lose the delivery.
        let place = await Task { try? await burials.reserve(1) }.value
        state.withLock { $0.outstanding += 1 }
        Task {
            defer { place?.release() }
            do throws(TransportError) {
                let rejects = try await publishLetter(delivery.message, from: queue, attempts: attempts, reason: reason)
                settle([delivery], as: statistics.deadLettered) { self.remove($0, rejects: rejects) }
            } catch {
                await publisher.pauseBeforeRetry(attempts: attempts)
                settle([delivery], as: statistics.givenBack) { self.acknowledger.nack($0, requeue: true) }
            }
        }
    }

    /// Acknowledges a redelivery whose result is out already, or which was passed on.
    func acknowledgeRecognised(_ delivery: AMQPDelivery, task: String) {
        acknowledger.ack(delivery)
        statistics.recognised.add()
        logger.debug("A redelivered task is done already", metadata: [LogKey.taskID: "\(task)"])
    }

    /// Gives a task back after a while, while the caller goes on: the broker would deliver it again at once, and again.
    func giveBackInBackground(_ delivery: AMQPTaskDelivery, reason: String) {
        giveBackInBackground(delivery.id, attempts: delivery.attempts, reason: reason)
    }

    /// The same, for a delivery that is no more.
    func giveBackInBackground(_ id: UInt64, attempts: Int, reason: String) {
        Task {
            await publisher.pauseBeforeRetry(attempts: attempts)
            giveBack(id, reason: reason)
        }
    }

    /// Waits a while, and gives a task back.
    func pauseAndGiveBack(_ delivery: AMQPTaskDelivery, reason: String) async {
        await publisher.pauseBeforeRetry(attempts: delivery.attempts)
        giveBack(delivery.id, reason: reason)
    }

    private func giveBack(_ id: UInt64, reason: String) {
        release(id, as: statistics.givenBack) { self.acknowledger.nack($0, requeue: true) }
        logger.debug("A task was given back", metadata: [LogKey.reason: "\(reason)"])
    }

    private func acknowledge(_ delivery: AMQPTaskDelivery, as ending: Tally) {
        release(delivery.id, as: ending) { self.acknowledger.ack($0) }
    }

    private func release(_ id: UInt64, as ending: Tally, settle: (AMQPDelivery) -> AMQPSettlementOutcome) {
        // From here on a redelivery is a new one; whether the result is out is remembered by now.
        let deliveries = state.withLock { $0.deliveries.release(id) { !acknowledger.holds($0) } }
        self.settle(deliveries, as: ending, settle)
    }

    private func settle(
        _ deliveries: [AMQPDelivery],
        as ending: Tally,
        _ settle: (AMQPDelivery) -> AMQPSettlementOutcome
    ) {
        let isStale = deliveries.map(settle).last == .stale
        ending.add()
        if isStale { statistics.stale.add() }
        state.withLock { $0.outstanding -= 1 }
        settled.notify()
    }

    private func remove(_ delivery: AMQPDelivery, rejects: Bool) -> AMQPSettlementOutcome {
        rejects ? acknowledger.nack(delivery, requeue: false) : acknowledger.ack(delivery)
    }

    /// Publishes a letter.
    ///
    /// - Returns: Whether the broker has to dead-letter the message itself, which is larger than it takes from a publisher.
    private func publishLetter(
        _ message: AMQPMessage,
        from queue: TaskQueueName,
        attempts: Int,
        reason: String
    ) async throws(TransportError) -> Bool {
        let letter = DeadLetter.encode(message, from: "\(queue)", attempts: attempts, reason: reason)
        var rejects = false
        do throws(TransportError) {
            try await publisher.publish(letter, exchange: AMQPTopology.deadExchange, routingKey: queue.pipeline)
        } catch  where error.code == .tooLarge {
            rejects = true
        }
        guard let count = warnings.admit("\(queue)") else { return rejects }
        logger.warning(
            count == 1
                ? "A message went to the dead letters"
                : "Messages went to the dead letters; each says its own reason, and this is the last one's",
            metadata: [
                LogKey.taskID: "\(message.messageID ?? "")", LogKey.queue: "\(queue)", LogKey.reason: "\(reason)",
                LogKey.attempt: "\(attempts)", LogKey.count: "\(count)",
            ]
        )
        return rejects
    }
}
