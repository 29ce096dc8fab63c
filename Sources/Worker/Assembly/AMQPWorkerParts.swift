import Broker
import Inference
import Logging
import Pipeline
import Settings

/// The parts of every worker on RabbitMQ: the two connections, the stages, and the source between them.
struct AMQPWorkerParts {
    let stages: WorkerStages
    let source: AMQPTaskSource
    private let broker: BrokerConnections
    private let context: RoleContext
    private let logger: Logger

    /// Starts connecting and loads models; nothing is taken yet.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - kind: Which queues of the pipelines are consumed.
    ///   - context: What steers the worker, and who looks at it.
    ///   - logger: The worker's log.
    /// - Throws: What keeps the worker from starting, in sentences for people. A broker that is away does not.
    init(
        settings: WorkerSettings,
        kind: TaskQueueName.Kind,
        context: RoleContext,
        logger: Logger
    ) async throws {
        // Before the models are loaded, which takes its time.
        broker = try BrokerConnections(
            try settings.broker.connection(named: "worker"),
            largestDelivery: TaskMessage.largestDelivery,
            logger: logger
        )
        stages = try await WorkerStages.load(settings: settings, context: context, logger: logger)
        source = AMQPTaskSource(
            settings: AMQPSourceSettings(
                settings.broker,
                settings.consuming,
                kind: kind,
                pipelines: stages.manifests.map(\.slug)
            ),
            broker: broker,
            confirmed: try settings.redis.confirmedResults(),
            pauseSwitch: context.pauseSwitch,
            logger: logger
        )
        self.context = context
        self.logger = logger
    }

    /// The health of a worker made of these parts.
    ///
    /// - Parameters:
    ///   - worker: The worker.
    ///   - loginAttempts: Refusals of user and password after which the role ends; 0 lets it go on.
    /// - Returns: What it shows of itself.
    /// - Throws: As ``WorkerStages/health(of:)``.
    func health(of worker: Worker, loginAttempts: Int) throws -> RoleHealth {
        let pipelines = stages.manifests.map(\.slug)
        return try stages.health(of: worker) + RoleHealth(broker, loginAttempts: loginAttempts)
            + RoleHealth(source)
            + QueueDepths(broker, pipelines: pipelines, viewers: context.viewers, logger: logger).health
    }
}
