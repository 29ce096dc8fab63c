import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

extension AMQPTaskSource {
    /// Consumes until drained and every delivery in hand is settled; then closes both connections.
    ///
    /// Cancellation drains without patience: what is being published is given up.
    package func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for (index, queue) in settings.queues.enumerated() {
                    for reserve in reserves[index] {
                        await reserve.set(paused: true)
                        group.addTask { await reserve.run { await self.take($0, from: queue) } }
                    }
                    let subscription = subscriptions[index]
                    group.addTask { await subscription.run { await self.take($0, from: queue) } }
                    group.addTask { await self.steerReserves(of: queue, self.reserves[index]) }
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
            let change = steering.next
            if isDraining || Task.isCancelled { break }
            let isPaused = pauseSwitch.isPaused
            for (queue, subscription) in zip(settings.queues, subscriptions) {
                let isHeld = look(at: queue)
                await subscription.set(paused: isPaused || isHeld || isRefused(queue))
            }
            await returnUnbegun()
            warnOfOldDeliveries()
            await clock.pause(for: .seconds(1), orUntil: change)
        }
        for subscription in subscriptions { await subscription.stop() }
        // What was in hand went with it, and a consumer is wanted no more.
        await consuming.closeIfAway()
    }

    /// Begins the further consumers of a queue one after the other the more of its results are held, and ends them once none is.
    private func steerReserves(of queue: TaskQueueName, _ subscriptions: [AMQPSubscription]) async {
        var isConsuming = subscriptions.map { _ in false }
        while true {
            let (steered, heldChanged) = (steering.next, settler.heldChanged.next)
            if isDraining || Task.isCancelled { break }
            let held = settler.held(from: queue)
            let isPaused = pauseSwitch.isPaused || isHeld(queue) || isRefused(queue)
            for (index, reserve) in UnroutableResults.reserves.enumerated() {
                let isWanted = !isPaused && (held >= reserve.held || held > 0 && isConsuming[index])
                guard isWanted != isConsuming[index] else { continue }
                isConsuming[index] = isWanted
                await subscriptions[index].set(paused: !isWanted)
            }
            await clock.pause(for: .seconds(1), orUntil: steered, heldChanged)
        }
        for subscription in subscriptions { await subscription.stop() }
    }

    /// Gives back what nobody took, waits for what was taken, and closes.
    private func end() async {
        for task in inHand.finishAndTakeAll() { await task.returnUntried(by: untried) }
        await settler.waitUntilIdle()
        await publishing.close()
        await consuming.close()
    }
}

extension AMQPTaskSource {
    /// Decides what becomes of a delivery, and carries it out or hands it on.
    private func take(_ delivery: AMQPDelivery, from queue: TaskQueueName) async {
        while obstacle(queue, settler.underWay(from: queue)) != nil {
            if isDraining || Task.isCancelled || isHeld(queue) { return await untried.giveBack(delivery, to: queue) }
            await settler.publisher.pause(for: .milliseconds(200))
        }
        if let fault = delivery.queueFault {
            refuse(queue, because: fault)
            consuming.nack(delivery, requeue: true)
            return
        }
        let now = clock.now
        holds.withLock { $0[queue]?.moved(now: now) }
        let message: TaskMessage
        do throws(MalformedTask) {
            message = try TaskMessage(delivery.message, pipeline: queue.pipeline, lane: queue.lane)
        } catch {
            let counted = delivery.attempts(from: "\(queue)")
            return await settler.deadLetterInBackground(
                delivery,
                from: queue,
                attempts: counted,
                reason: error.description
            )
        }
        let key = ResultKey(to: message, from: queue)
        let attempts = settler.attempts(of: key, at: delivery, from: queue)
        switch await judge(delivery, of: key, from: queue, attempts: attempts) {
        case .task:
            await settler.waitForPlace(in: queue, limit: settings.prefetch(of: queue))
            // The queue ends only after the consumers have.
            inHand.push(task(message, as: key, delivery, from: queue, attempts: attempts), in: queue.lane)
        case .inHand:
            break
        case .done(let result):
            answer(task(message, as: key, delivery, from: queue, attempts: attempts), with: result)
        case .answered:
            settler.acknowledgeRecognised(delivery, task: message.task.id)
        case .worn:
            let reason = "delivered \(attempts) times without a result"
            await settler.deadLetterInBackground(delivery, from: queue, attempts: attempts, reason: reason)
        }
    }

    private enum Verdict {
        case task
        /// Its task is worked on already, or its result held: settling that task settles this delivery, too.
        case inHand
        /// It was done under a delivery that is gone.
        case done(EncodedResult)
        case answered
        /// It was tried too often.
        case worn
    }

    private func judge(
        _ delivery: AMQPDelivery,
        of key: ResultKey,
        from queue: TaskQueueName,
        attempts: Int
    ) async -> Verdict {
        // Asked of the broker's count: a delivery that was lost is no attempt, and its result may be out.
        if delivery.mayBeAnswered(from: queue) {
            if delivery.attempts(from: "\(queue)") > 0 { settler.redelivered() }
            // In this order: a task is in hand until its result is remembered.
            if settler.join(delivery, to: key) { return .inHand }
            if let result = settler.takeKept(key) { return .done(result) }
            if await settler.confirmed.contains(key) { return .answered }
        }
        return attempts < settings.maximumAttempts ? .task : .worn
    }

    private func task(
        _ message: TaskMessage,
        as key: ResultKey,
        _ delivery: AMQPDelivery,
        from queue: TaskQueueName,
        attempts: Int
    ) -> AMQPTaskDelivery {
        AMQPTaskDelivery(
            message: message,
            key: key,
            queue: queue,
            attempts: attempts,
            delivery: delivery,
            settler: settler,
            logger: logger
        )
    }

    /// Publishes a result that was waiting for its task, beside what goes on; the queue ends only after that.
    private func answer(_ task: AMQPTaskDelivery, with result: EncodedResult) {
        Task {
            do throws(TransportError) {
                try await task.settle(.answered(result))
            } catch {
                logger.warning("A task could not be answered", metadata: [LogKey.error: "\(error)"])
            }
        }
    }
}
