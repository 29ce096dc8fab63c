import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Obstacles that keep tasks from going on, and their effects on the consumers, the log and readiness.
extension AMQPTaskSource {
    /// A third of the time for which RabbitMQ leaves a delivery in hand (`consumer_timeout`), half an hour by itself.
    private var oldAge: Duration { min(.seconds(1800), consuming.consumerTimeout ?? .seconds(1800)) / 3 }

    /// Why the queues are not consumed, in a sentence; nil when there is no obstacle.
    package var consumerProblem: String? {
        refusals.withLock { $0.values.min() } ?? subscriptions.lazy.compactMap(\.problem).first
    }

    /// Why tasks in hand are not done, in a sentence; nil when there is no obstacle.
    package var deliveryProblem: String? {
        let holds = self.holds.withLock { $0 }
        if let reason = settings.queues.lazy.compactMap({ holds[$0]?.reason }).first {
            return "tasks cannot go on: \(reason)"
        }
        guard let age = settler.oldestAge(now: .now), age >= oldAge else { return nil }
        return "a task has been in hand for \(Int(age / .seconds(1))) s"
    }

    /// Whether a queue is left to others now.
    func isHeld(_ queue: TaskQueueName) -> Bool { holds.withLock { $0[queue]?.reason != nil } }

    /// Consumes a queue no more, until the next start.
    func refuse(_ queue: TaskQueueName, because reason: String) {
        guard refusals.withLock({ $0.updateValue(reason, forKey: queue) }) == nil else { return }
        logger.error("A queue is not consumed", metadata: [LogKey.queue: "\(queue)", LogKey.reason: "\(reason)"])
        steering.notify()
    }

    func isRefused(_ queue: TaskQueueName) -> Bool { refusals.withLock { $0[queue] != nil } }

    /// Looks whether the tasks of a queue can go on, and says whether it is left to others.
    func look(at queue: TaskQueueName) -> Bool {
        let obstacle = obstacle(queue, settler.underWay(from: queue)) ?? obstacleToPublishing
        let now = clock.now
        let change = holds.withLock { $0[queue]?.note(obstacle, now: now) }
        switch change {
        case .held(let reason):
            logger.warning(
                "Tasks cannot go on here; their queue is left to others until they can",
                metadata: [LogKey.queue: "\(queue)", LogKey.reason: "\(reason)"]
            )
        case .released:
            logger.notice("Tasks can go on again", metadata: [LogKey.queue: "\(queue)"])
        case nil:
            break
        }
        return isHeld(queue)
    }

    private var obstacleToPublishing: String? {
        switch publishing.state {
        case .connected: publishing.publishProblem
        case .blocked(let reason): "RabbitMQ takes no publishes: \(reason)"
        // The consumers are away as well, or soon will be.
        case .connecting, .reconnecting, .closed: nil
        }
    }

    /// Gives back, before the broker takes them back and counts that, tasks that nobody has begun: those of queues that are left to others,
    /// and those that have waited for long.
    func returnUnbegun() async {
        guard inHand.count > 0 else { return }
        for task in inHand.takeAll()
        where isHeld(task.queue) || task.age >= oldAge || !inHand.push(task, in: task.queue.lane) {
            await task.returnUntried(by: untried)
        }
    }

    /// Says it before the broker takes tasks back.
    func warnOfOldDeliveries() {
        guard let age = settler.oldestAge(now: .now), age >= oldAge else { return }
        oldAgeWarnings.note(
            "A task has been in hand for long; RabbitMQ takes back what is not settled within its consumer_timeout, by default 30 minutes",
            [LogKey.duration: "\(age)", LogKey.count: "\(settler.outstanding)"]
        )
    }
}
