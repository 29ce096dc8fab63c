import Logging
import Synchronization
import Threading
import Transport

extension AMQPTaskQueue {
    /// Consumes until drained and every delivery in hand is settled; then closes both connections.
    ///
    /// Cancellation drains without patience: what is being published is given up.
    package func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for (queue, subscription) in zip(settings.queues, subscriptions) {
                    group.addTask { await subscription.run { await self.take($0, from: queue) } }
                }
                group.addTask { await self.steerConsumers() }
            }
            // A task of its own, because nothing waits in one that is cancelled.
            await Task { await self.end() }.value
        } onCancel: {
            drain()
            abandonUnpublished()
        }
    }

    /// Pauses and resumes the consumers, and ends them once drained.
    private func steerConsumers() async {
        while true {
            let seen = steering.generation
            if isDraining || Task.isCancelled { break }
            let isPaused = taking.isPaused
            for (queue, subscription) in zip(settings.queues, subscriptions) {
                let isHeld = look(at: queue)
                await subscription.set(paused: isPaused || isHeld)
            }
            await timeline.pause(for: .seconds(1), orChangeOf: steering, after: seen)
        }
        for subscription in subscriptions { await subscription.stop() }
    }

    /// Gives back what nobody took, waits for what was taken, and closes.
    private func end() async {
        for delivery in inHand.finishAndTakeAll() {
            do throws(TransportError) {
                try await delivery.settle(.givenBack(reason: "the worker is stopping"))
            } catch {
                logger.warning("A task could not be given back", metadata: [LogKey.error: "\(error)"])
            }
        }
        while true {
            let seen = desk.settled.generation
            if desk.outstanding == 0 { break }
            await desk.settled.wait(after: seen)
        }
        await publishing.close()
        await consuming.close()
    }
}

extension AMQPTaskQueue {
    /// Decides what becomes of a delivery, and carries it out or hands it on.
    private func take(_ delivery: AMQPDelivery, from queue: TaskQueueName) async {
        while obstacle(queue, desk.outstanding) != nil {
            if isDraining || isHeld(queue) { return await untried.giveBack(delivery, to: queue) }
            await desk.publisher.pause(for: .milliseconds(200))
        }
        let now = timeline.now
        holds.withLock { $0[queue]?.moved(now: now) }
        let attempts = delivery.attempts(from: "\(queue)")
        do throws(TransportError) {
            switch await judge(delivery, from: queue, attempts: attempts) {
            case .task(let message):
                hand(message, delivery, from: queue, attempts: attempts)
            case .answered(let message):
                desk.acknowledgeRecognised(delivery, task: message.task.id)
            case .dead(let reason):
                try await desk.bury(delivery, from: queue, attempts: attempts, reason: reason)
            }
        } catch {
            desk.giveBack(delivery, reason: error.description)
        }
    }

    private enum Verdict {
        case task(TaskMessage)
        case answered(TaskMessage)
        case dead(reason: String)
    }

    private func judge(_ delivery: AMQPDelivery, from queue: TaskQueueName, attempts: Int) async -> Verdict {
        let message: TaskMessage
        do throws(MalformedTask) {
            message = try TaskMessage(delivery.message, pipeline: queue.pipeline)
        } catch {
            return .dead(reason: error.description)
        }
        let isRepeated = attempts > 0 || delivery.message.headers[DeadLetter.Header.redelivered] == true
        if isRepeated { desk.redelivered() }
        if isRepeated, await desk.confirmed.contains(ConfirmedResult(to: message, from: queue)) {
            return .answered(message)
        }
        guard attempts < settings.maximumAttempts else {
            return .dead(reason: "delivered \(attempts) times without a result")
        }
        return .task(message)
    }

    private func hand(_ message: TaskMessage, _ delivery: AMQPDelivery, from queue: TaskQueueName, attempts: Int) {
        desk.handedOut()
        let task = AMQPTaskDelivery(
            message: message,
            queue: queue,
            attempts: attempts,
            delivery: delivery,
            desk: desk,
            logger: logger
        )
        // The queue ends only after the consumers have.
        inHand.push(task)
    }
}
