import Logging
package import Pipeline
import Synchronization
import Telemetry
package import Transport

/// A task delivered over AMQP, in hand until it is settled, exactly once.
///
/// One that goes out of scope unsettled is given back, and an error is logged.
package final class AMQPTaskDelivery: Sendable {
    /// How it ends.
    package enum Ending: Sendable {
        /// The result is published, then the task acknowledged.
        case answered(EncodedResult)
        /// The task's own message is published to another queue, then the task acknowledged here; `counted` is called in between, so that
        /// whoever counts both queues never misses it.
        case passedOn(to: TaskQueueName, counted: @Sendable () -> Void = {})
        /// The task goes back to its queue after a while.
        case givenBack(reason: String)

        /// The result, if there is one.
        var result: EncodedResult? {
            if case .answered(let result) = self { result } else { nil }
        }
    }

    /// The task, and the message it was.
    package let message: TaskMessage
    /// The queue it came from.
    package let queue: TaskQueueName
    /// How often it was tried before; a delivery that this worker lost with its connection does not count.
    package let attempts: Int
    /// When it was delivered.
    package let takenAt: ContinuousClock.Instant
    /// The delivery that brought it; the settler knows of those after it.
    let delivery: AMQPDelivery
    /// The key under which its result is remembered.
    let key: ResultKey
    /// The number by which the settler knows it.
    let id: UInt64
    private let settler: AMQPTaskSettler
    private let logger: Logger
    private let isSettled = Atomic(false)

    /// Takes a task in hand.
    ///
    /// - Parameters:
    ///   - message: The task, and the message it was.
    ///   - key: The key under which its result is remembered.
    ///   - queue: The queue it came from.
    ///   - attempts: How often it was tried before.
    ///   - delivery: The delivery that brought it.
    ///   - settler: Settles it.
    ///   - logger: Told of a delivery that is never settled, or settled twice.
    init(
        message: TaskMessage,
        key: ResultKey,
        queue: TaskQueueName,
        attempts: Int,
        delivery: AMQPDelivery,
        settler: AMQPTaskSettler,
        logger: Logger
    ) {
        self.message = message
        self.queue = queue
        self.attempts = attempts
        self.takenAt = .now
        self.delivery = delivery
        self.key = key
        id = settler.handOut(delivery, as: key, from: queue, tried: attempts)
        self.settler = settler
        self.logger = logger
    }

    deinit {
        guard !isSettled.load(ordering: .acquiring) else { return }
        logger.error("A delivery was dropped without settlement", metadata: [LogKey.taskID: "\(message.task.id)"])
        settler.giveBackInBackground(id, attempts: attempts, reason: "dropped without settlement")
    }

    /// Ends it; a second call does nothing but log an error.
    ///
    /// Waits as long as what has to be published cannot be, and nobody drains: that is the back-pressure. A result that no queue takes is
    /// held apart; then this returns before it is out.
    ///
    /// - Throws: ``TransportError`` when publishing was given up; the task went back to its queue.
    package func settle(_ ending: Ending) async throws(TransportError) {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else {
            logger.error("A delivery was settled twice", metadata: [LogKey.taskID: "\(message.task.id)"])
            return
        }
        try await settler.settle(self, ending)
    }

    /// Whether the broker has taken the task back, and delivers it again to this worker or another.
    package var isGone: Bool { settler.isGone(id) }

    /// For how long it has been in hand.
    var age: Duration { .now - takenAt }

    /// Gives it back as it came, because nobody has begun it: that is no attempt.
    func returnUntried(by untried: UncountedRequeue) async {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let (deliveries, tried) = settler.takeOut(id)
        for delivery in deliveries { await untried.giveBack(delivery, to: queue, tried: tried) }
    }

    /// The message as it came, with a mark where its like may have been passed on before.
    var messageToPassOn: AMQPMessage {
        var message = DeadLetter.stripped(message.original)
        if delivery.mayBeAnswered(from: queue) { message.headers[DeadLetter.Header.redelivered] = true }
        return message
    }
}

extension AMQPTaskDelivery: LeaseSettling {
    /// Settles as a lease does.
    package func settle(_ task: ImageTask, _ settlement: Settlement) async throws {
        switch settlement {
        case .completed(let result): try await settle(.answered(result))
        case .retry(let reason): try await settle(.givenBack(reason: reason))
        }
    }
}
