import Broker
import Concurrency
import Foundation
import Pipeline
import Transport
import Worker

/// Queues of a measurement's own: one with tasks, one for results.
struct BrokerBenchQueues {
    let tools: QueueTools
    let connection: AMQPConnection
    /// Where results go; `""` is the broker's own exchange.
    let exchange: String
    /// Names the queues; nobody else has it.
    let pipeline = "bench-\(UUID().uuidString.lowercased())"

    var tasks: TaskQueueName { TaskQueueName(.tasks, pipeline: pipeline) }
    var interactiveTasks: TaskQueueName { TaskQueueName(.tasks, pipeline: pipeline, lane: .interactive) }
    var results: String { "results-\(pipeline)" }

    /// Makes them, quorum queues as a worker has them.
    func declare() async throws {
        try await tools.declare(pipeline: pipeline)
        var declarations = AMQPTopology.declarations(forResultsExchange: exchange)
        declarations.append(.queue(name: results, arguments: ["x-queue-type": "quorum"]))
        if !exchange.isEmpty {
            declarations.append(.binding(queue: results, exchange: exchange, routingKey: results))
        }
        _ = try await AMQPTopology.ensure(declarations, on: connection)
    }

    /// Removes the results of the run before and puts tasks into their queue.
    ///
    /// - Throws: `CommandFailure` when the broker does not take them all.
    func fill(_ count: Int) async throws {
        try await connection.purge(queue: results)
        let progress = ProgressBar(label: "filling the queue", total: count, unit: "tasks")
        defer { progress.finish() }
        // Made one by one: a million tasks in memory would be counted as the worker's.
        let numbers = Counter()
        let tasks = AsyncStream<ImageTask> { numbers.take(below: count).map(task) }
        let report = try await tools.enqueue(tasks) { progress.update(done: $0.confirmed) }
        guard report.failed == 0 else {
            throw CommandFailure("RabbitMQ did not take the tasks: \(report.failures.first ?? "")")
        }
    }

    /// Removes all of them.
    func delete() async throws {
        for queue in TaskQueueName.all(of: pipeline) {
            try await connection.delete(queue: "\(queue)")
        }
        try await connection.delete(queue: results)
    }

    private func task(_ number: Int) -> ImageTask {
        ImageTask(
            id: "\(number)",
            imageID: "\(number)",
            imageURL: "http://images.example/\(number).jpg",
            replySubject: results,
            pipeline: pipeline,
            jobID: 1
        )
    }
}
