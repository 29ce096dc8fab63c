import Broker
import Foundation
import Pipeline
import Transport
import Worker

/// Puts in tasks that somebody waits for, one after the other, and waits for the result of each.
final class LaneProbe {
    private static let prefix = "probe-"

    private let queues: BrokerBenchQueues
    private let pipeline: String
    private let consumer: AMQPConsumer
    private var sent = 0

    /// Begins to take results; those of others are dropped.
    init(queues: BrokerBenchQueues, pipeline: String) async throws {
        self.queues = queues
        self.pipeline = pipeline
        try await queues.connection.purge(queue: queues.results)
        consumer = try await queues.connection.consume(queue: queues.results, prefetch: 1_000)
    }

    /// Puts in a task, and returns how long it took until its result was here.
    ///
    /// - Throws: `CommandFailure` when the task failed; `TransportError` without the broker.
    func send(_ url: String) async throws -> Duration {
        sent += 1
        let id = "\(Self.prefix)\(sent)-\(UUID().uuidString)"
        let task = ImageTask(
            id: id,
            imageID: "\(sent)",
            imageURL: url,
            replySubject: queues.results,
            pipeline: pipeline,
            jobID: 1
        )
        let began = ContinuousClock.now
        try await queues.connection.publish(TaskMessage.encode(task), routingKey: "\(queues.interactiveTasks)")
        let deliveries = consumer.makeAsyncIterator()
        while let delivery = try await deliveries.next() {
            queues.connection.ack(delivery)
            guard delivery.message.messageID == id else { continue }
            let text = String(decoding: delivery.message.body.prefix(200), as: UTF8.self)
            guard !text.hasPrefix("{\"error\"") else { throw CommandFailure("A task failed: \(text)") }
            return began.duration(to: .now)
        }
        throw CommandFailure("RabbitMQ delivers no results.")
    }

    /// Takes no more.
    func close() async throws {
        try await queues.connection.cancel(consumer)
    }
}
