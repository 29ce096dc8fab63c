import Inference
import Logging
import Pipeline
import ServiceLifecycle
import Transport

/// A whole worker in this process that takes its tasks from RabbitMQ.
struct AMQPWorker: WorkerService {
    let description = "worker on RabbitMQ"
    let statistics: WorkerStatistics
    private let worker: Worker

    /// Loads models, starts connecting, and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - kind: Which queues of the pipelines are consumed.
    ///   - logger: The worker's log.
    ///   - onProgress: Called after every settled task.
    /// - Throws: What keeps the worker from starting, in sentences for people. A broker that is away does not.
    init(
        settings: WorkerSettings,
        kind: TaskQueueName.Kind = .tasks,
        logger: Logger,
        onProgress: @escaping @Sendable (WorkerStatistics.Counts) -> Void = { _ in }
    ) throws {
        // Before the models are loaded, which takes its time.
        let connection = try settings.broker.connection(named: "worker")
        let stages = try WorkerStages(settings: settings, logger: logger, onProgress: onProgress)
        let queue = try AMQPTaskQueue(
            settings: AMQPSourceSettings(settings.broker, kind: kind, pipelines: stages.manifests.map(\.slug)),
            connection: connection,
            logger: logger
        )
        statistics = stages.statistics
        worker = stages.worker(source: AMQPTaskSource(queue: queue, logger: logger))
    }

    /// Works until a graceful shutdown has drained it.
    func run() async throws {
        try await worker.run()
    }
}

extension AMQPTaskQueue {
    /// Makes a queue with its two connections, which go on trying while the broker is away.
    convenience init(
        settings: AMQPSourceSettings,
        connection: AMQPConfiguration,
        logger: Logger
    ) throws {
        self.init(
            settings: settings,
            consuming: try AMQPConnection(configuration: connection, logger: logger),
            publishing: try AMQPConnection(configuration: connection, logger: logger),
            logger: logger
        )
    }
}

extension AMQPSourceSettings {
    init(_ settings: BrokerSettings, kind: TaskQueueName.Kind, pipelines: [String]) {
        self.init(queues: pipelines.map { TaskQueueName(kind, pipeline: $0) })
        prefetch = settings.prefetch
        maximumAttempts = settings.maxAttempts
        resultsExchange = settings.exchange
        declares = settings.declares
    }
}
