import Broker
import Concurrency
import Pipeline
import Transport
import Worker

extension BrokerBenchQueues {
    /// What `fetch` fills and `infer` takes from.
    private var ready: TaskQueueName { TaskQueueName(.ready, pipeline: pipeline) }

    /// Waits until so many processes take from the ready queue.
    ///
    /// - Throws: `CommandFailure` when one of them has ended.
    func waitForConsumers(_ count: Int, whileRunning isRunning: () -> Bool) async throws {
        while try await connection.status(ofQueue: "\(ready)").consumers < count {
            guard isRunning() else { throw CommandFailure("A process that infers has ended.") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Removes the results of the run before and puts a task of the demo pipeline for each address into the ready queue.
    ///
    /// - Throws: `TransportError` when the broker does not take them all.
    func fill(_ urls: [String]) async throws {
        try await connection.purge(queue: results)
        try await fill(urls, into: ready, pipeline: "demo")
    }

    /// Puts a task for each address into a queue.
    ///
    /// - Throws: `TransportError` when the broker does not take them all.
    func fill(_ urls: [String], into queue: TaskQueueName, pipeline: String) async throws {
        let places = Budget(limit: 256)
        try await withThrowingDiscardingTaskGroup { group in
            for (index, url) in urls.enumerated() {
                let task = ImageTask(
                    id: "\(index)",
                    imageID: "\(index)",
                    imageURL: url,
                    replySubject: results,
                    pipeline: pipeline,
                    jobID: 1
                )
                let place = try await places.reserve(1)
                group.addTask { [connection] in
                    try await connection.publish(TaskMessage.encode(task), routingKey: "\(queue)")
                    place.release()
                }
            }
        }
    }

    /// Takes results until there is one of each task.
    ///
    /// - Throws: `CommandFailure` for a task that failed.
    func takeResults(_ count: Int, progress: (Int) -> Void) async throws {
        let consumer = try await connection.consume(queue: results, prefetch: 100)
        let deliveries = consumer.makeAsyncIterator()
        var answered: Set<String> = []
        while answered.count < count, let delivery = try await deliveries.next() {
            connection.ack(delivery)
            let text = String(decoding: delivery.message.body, as: UTF8.self)
            guard !text.hasPrefix("{\"error\"") else { throw CommandFailure("A task failed: \(text)") }
            answered.insert(delivery.message.messageID ?? "")
            progress(answered.count)
        }
        try await connection.cancel(consumer)
    }
}
