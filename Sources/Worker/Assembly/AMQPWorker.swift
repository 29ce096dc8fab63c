package import Broker
import Inference
package import Logging
package import Pipeline
import ServiceLifecycle
package import Settings
import Transport

/// A whole worker in this process that takes its tasks from RabbitMQ.
package struct AMQPWorker: WatchedWorker {
    package let description = "worker on RabbitMQ"
    package let statistics: WorkerStatistics
    package let watch: RoleWatch
    private let worker: Worker

    /// Loads models, starts connecting, and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - kind: Which queues of the pipelines are consumed.
    ///   - context: What steers it, and who looks at it.
    ///   - logger: The worker's log.
    /// - Throws: What keeps the worker from starting, in sentences for people. A broker that is away does not.
    package init(
        settings: WorkerSettings,
        kind: TaskQueueName.Kind = .tasks,
        context: RoleContext = RoleContext(),
        logger: Logger
    ) async throws {
        // Before the models are loaded, which takes its time.
        let broker = try BrokerConnections(
            try settings.broker.connection(named: "worker"),
            largestDelivery: TaskMessage.largestDelivery,
            logger: logger
        )
        let stages = try await WorkerStages.load(
            settings: settings,
            context: context,
            logger: logger
        )
        let slugs = stages.manifests.map(\.slug)
        let source = AMQPTaskSource(
            settings: AMQPSourceSettings(settings.broker, settings.consuming, kind: kind, pipelines: slugs),
            broker: broker,
            confirmed: try settings.redis.confirmedResults(),
            taking: context.taking,
            logger: logger
        )
        statistics = stages.statistics
        worker = stages.worker(source: source)
        watch =
            try stages.watch(worker) + RoleWatch(broker) + RoleWatch(source)
            + QueueDepths(broker, pipelines: slugs, audience: context.audience, logger: logger).watch
    }

    /// Works until a graceful shutdown has drained it.
    package func run() async throws {
        try await worker.run()
    }
}

extension AMQPTaskSource {
    /// Makes a source of a role's two connections.
    package convenience init(
        settings: AMQPSourceSettings,
        broker: BrokerConnections,
        confirmed: any ConfirmedResults,
        obstacle: @escaping @Sendable (_ queue: TaskQueueName, _ outstanding: Int) -> String? = { _, _ in nil },
        taking: TakingSwitch,
        logger: Logger
    ) {
        self.init(
            settings: settings,
            consuming: broker.consuming,
            publishing: broker.publishing,
            confirmed: confirmed,
            obstacle: obstacle,
            taking: taking,
            logger: logger
        )
    }
}

extension AMQPSourceSettings {
    package init(
        _ broker: BrokerSettings.Values,
        _ consuming: ConsumingSettings.Values,
        kind: TaskQueueName.Kind,
        pipelines: [String]
    ) {
        self.init(
            queues: pipelines.map { TaskQueueName(kind, pipeline: $0) },
            prefetch: consuming.prefetch,
            maximumAttempts: consuming.maxAttempts,
            unroutablePatience: consuming.unroutableAfter,
            resultsExchange: broker.exchange,
            declares: broker.declares
        )
    }
}
