import Broker
package import Logging
import Pipeline
import ServiceLifecycle
package import Settings
import Telemetry
import Transport

/// The fetch role of a fleet, put together: task queues in, Redis and ready queues out.
package struct FetchRole: Service, CustomStringConvertible {
    package let description = "fetch role"
    /// Its health.
    package let health: RoleHealth
    private let worker: FetchWorker
    private let outcomes = FetchStatistics()

    /// Starts connecting and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - context: What steers it, and who looks at it.
    ///   - logger: The role's log.
    /// - Throws: What keeps it from starting, in sentences for people. A broker or a Redis that is away does not.
    package init(
        settings: WorkerSettings,
        context: RoleContext = RoleContext(),
        logger: Logger
    ) throws {
        guard settings.redis.url != nil else {
            throw SettingsError(
                RedisSettings().url,
                "decoded images are passed on in Redis; name a file that holds its address with --redis-url-file"
            )
        }
        let pipelines = settings.slugs
        guard !pipelines.isEmpty else {
            throw CommandFailure(
                "Say with --pipeline whose tasks are fetched: there is none in \(settings.models.folder).",
                status: ExitStatus.configuration
            )
        }
        let broker = try BrokerConnections(
            try settings.broker.connection(named: "fetch"),
            largestDelivery: TaskMessage.largestDelivery,
            logger: logger
        )
        let gauge = ReadyQueueGauge(
            connection: broker.publishing,
            pipelines: pipelines,
            limit: settings.passing.readyLimit,
            logger: logger
        )
        let images = try ImageStages(settings, logger: logger)
        var queues = AMQPSourceSettings(settings.broker, settings.consuming, kind: .tasks, pipelines: pipelines)
        queues.onward = queues.queues.map(\.ready)
        let source = AMQPTaskSource(
            settings: queues,
            broker: broker,
            confirmed: try settings.redis.confirmedResults(),
            obstacle: { gauge.obstacle(to: $0, underWay: $1) },
            pauseSwitch: context.pauseSwitch,
            logger: logger
        )
        let statistics = ImageStatistics()
        health =
            RoleHealth(fetching: statistics, outcomes: outcomes, imagePatience: settings.images.longestFetch)
            + (try RoleHealth(images, redis: try settings.redis.connection(), logger: logger))
            + RoleHealth(broker, loginAttempts: settings.broker.loginAttempts) + RoleHealth(source)
            + RoleHealth(pipelines: pipelines)
            + QueueDepths(broker, pipelines: pipelines, viewers: context.viewers, logger: logger).health
        worker = FetchWorker(
            source: source,
            gauge: gauge,
            images: images.provider(isCaching: false, statistics: statistics),
            cache: images.cache,
            tasksInHand: settings.images.fetchConcurrency * 2,
            statistics: outcomes,
            observers: context.observers,
            logger: logger
        )
    }

    /// Works until a graceful shutdown has drained it.
    package func run() async throws {
        try await worker.run()
    }

    /// The work done, in a line.
    package var summary: String {
        let (prepared, without) = (outcomes.prepared.value, outcomes.passedWithoutPixels.value)
        return "\(prepared) tasks passed on with their image in Redis, \(without) without, "
            + "\(outcomes.failed.value) answered with an error"
    }
}
