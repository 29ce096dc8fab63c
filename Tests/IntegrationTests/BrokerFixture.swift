import Broker
import Concurrency
import Foundation
import Logging
import Pipeline
import TestSupport
import Transport

/// A pipeline of a test's own on the shared broker: its queues, and a queue for its results.
struct BrokerFixture {
    let url: String
    /// Names the queues; no other test has it.
    let pipeline = "test-\(UUID().uuidString.lowercased())"
    /// Looks at queues and fills them.
    let observer: AMQPConnection
    let logger: Logger

    var tasks: TaskQueueName { TaskQueueName(.tasks, pipeline: pipeline) }
    var interactive: TaskQueueName { TaskQueueName(.tasks, pipeline: pipeline, lane: .interactive) }
    var ready: TaskQueueName { TaskQueueName(.ready, pipeline: pipeline) }
    var dead: TaskQueueName { TaskQueueName(.dead, pipeline: pipeline) }
    /// The queue for results, which is also the reply subject of the tasks.
    var results: String { "results-\(pipeline)" }

    init(broker: RabbitMQServer? = nil) async throws {
        if let broker {
            try await self.init(url: broker.url)
        } else {
            try await self.init(url: RabbitMQServer.shared().url)
        }
    }

    /// On whatever brokers a URL names.
    init(url: String) async throws {
        self.url = url
        var logger = Logger(label: "test")
        logger.logLevel = .error
        self.logger = logger
        var configuration = try AMQPConfiguration(url: url)
        // What it looks at may go away; it does not for being late on a busy machine.
        configuration.heartbeat = .seconds(600)
        observer = try await AMQPConnection.patient(configuration, logger: logger)
        for queue in [tasks, ready] {
            _ = try await AMQPTopology.ensure(AMQPTopology.declarations(for: queue), on: observer)
        }
        try await observer.declare(.queue(name: results, arguments: ["x-queue-type": "quorum"]))
    }

    /// A task whose result goes to ``results``.
    func task(_ id: Int, job: Int? = 1) -> ImageTask {
        ImageTask(
            id: "\(id)",
            imageID: "\(id)",
            imageURL: "http://127.0.0.1:9/\(id).jpg",
            replySubject: results,
            pipeline: pipeline,
            jobID: job
        )
    }

    /// Puts tasks into a queue.
    func enqueue(_ ids: Range<Int>, into queue: TaskQueueName? = nil) async throws {
        for id in ids {
            try await observer.publish(TaskMessage.encode(task(id)), routingKey: "\(queue ?? tasks)")
        }
    }

    /// Something that takes tasks, with `lanes` of both task queues; results go through the default exchange.
    func taskSource(
        _ queue: TaskQueueName? = nil,
        lanes: Bool = false,
        confirmed: any ConfirmedResultStore = MemoryConfirmedResultStore(),
        logger: Logger? = nil,
        through proxy: TCPProxy? = nil,
        heartbeat: Duration? = nil,
        clock: WaitClock = WaitClock(),
        _ adjust: (inout AMQPSourceSettings) -> Void = { _ in }
    ) throws -> AMQPTaskSource {
        var settings = AMQPSourceSettings(queues: lanes ? [tasks, interactive] : [queue ?? tasks])
        settings.backoff = Backoff(first: .milliseconds(20), most: .milliseconds(100), jitter: 0.1...1)
        adjust(&settings)
        var configuration = try AMQPConfiguration(url: url(through: proxy))
        if let heartbeat { configuration.heartbeat = heartbeat }
        return AMQPTaskSource(
            settings: settings,
            consuming: try AMQPConnection(configuration: configuration, logger: logger ?? self.logger),
            publishing: try AMQPConnection(configuration: configuration, logger: logger ?? self.logger),
            confirmed: confirmed,
            clock: clock,
            logger: logger ?? self.logger
        )
    }

    private func url(through proxy: TCPProxy?) -> String {
        proxy.map { url.replacing(":\($0.target)/", with: ":\($0.port)/") } ?? url
    }

    /// The message ids in a queue, taken out of it.
    func takeAll(_ queue: String) async throws -> [AMQPDelivery] {
        try await observer.takeAll(queue)
    }

    /// Takes messages out of a queue until so many are there; the test's time limit ends it else.
    func take(_ count: Int, from queue: String) async throws -> [AMQPDelivery] {
        let consumer = try await observer.consume(queue: queue, prefetch: 100)
        let deliveries = consumer.makeAsyncIterator()
        var taken: [AMQPDelivery] = []
        while taken.count < count, let delivery = try await deliveries.next() {
            observer.ack(delivery)
            taken.append(delivery)
        }
        try await observer.cancel(consumer)
        return taken
    }

    /// Removes everything.
    func discard() async throws {
        for queue in TaskQueueName.all(of: pipeline).map(\.description) + [results] {
            try await observer.delete(queue: queue)
        }
        await observer.close()
    }
}

/// A success that says which task it answers.
func answer(to task: ImageTask) -> EncodedResult {
    EncodedResult(taskID: task.id, json: Array("{\"pipeline\":\"\(task.pipeline)\"}".utf8), isError: false)
}
