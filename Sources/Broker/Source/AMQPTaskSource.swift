package import Logging
package import Pipeline

/// Takes tasks from RabbitMQ and publishes their results, as a source for a worker.
package final class AMQPTaskSource: TaskSource {
    private let queue: AMQPTaskQueue
    private let logger: Logger

    /// Makes a source of a queue.
    ///
    /// - Parameters:
    ///   - queue: Consumes and settles.
    ///   - logger: For leases that nobody settled.
    package init(queue: AMQPTaskQueue, logger: Logger) {
        self.queue = queue
        self.logger = logger
    }

    /// What has been done so far.
    package var counters: AMQPTaskQueue.Counters { queue.counters }

    /// Whether tasks can come and results can go.
    package var isReady: Bool { queue.isReady }

    package func run() async throws {
        await queue.run()
    }

    package func next() async -> Lease? {
        guard let delivery = await queue.next() else { return nil }
        return Lease(
            task: delivery.message.task,
            takenAt: delivery.takenAt,
            deadline: nil,
            settler: delivery,
            logger: logger
        )
    }

    package func drain() {
        queue.drain()
    }

    /// Gives up results that wait for the broker; see ``AMQPTaskQueue/abandonUnpublished()``.
    package func abandonUnpublished() {
        queue.abandonUnpublished()
    }
}
