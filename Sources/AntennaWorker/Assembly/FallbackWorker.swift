import Inference
import Logging
import Pipeline
import ServiceLifecycle
import Transport

/// A whole worker in this process that takes its tasks from RabbitMQ, and while that is away from Antenna's REST API.
struct FallbackWorker: WorkerService {
    let description = "worker on RabbitMQ, or over REST"
    let statistics: WorkerStatistics
    private let worker: Worker
    private let delivery: RESTDelivery

    /// Loads models, opens the spool, starts connecting, and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - logger: The worker's log.
    ///   - onProgress: Called after every settled task.
    /// - Throws: What keeps the worker from starting, in sentences for people. A broker that is away does not.
    init(
        settings: WorkerSettings,
        logger: Logger,
        onProgress: @escaping @Sendable (WorkerStatistics.Counts) -> Void = { _ in }
    ) async throws {
        let connection = try settings.broker.connection(named: "worker")
        let stages = try WorkerStages(settings: settings, logger: logger, onProgress: onProgress)
        let slugs = stages.manifests.map(\.slug)
        let rest = RESTSourceSettings(settings, pipelines: slugs, untilEmpty: false)
        let delivery = try await RESTDelivery(rest, http: stages.http, logger: logger)
        let queue = try AMQPTaskQueue(
            settings: AMQPSourceSettings(settings.broker, kind: .tasks, pipelines: slugs),
            connection: connection,
            logger: logger
        )
        let source = AMQPTaskSource(queue: queue, logger: logger)
        self.delivery = delivery
        statistics = stages.statistics
        worker = stages.worker(
            source: FallbackTaskSource(
                broker: source,
                presence: queue.brokerPresence(),
                abandon: { source.abandonUnpublished() },
                makeFallback: { delivery.makeSource() },
                patience: settings.fallbackAfter,
                logger: logger
            )
        )
    }

    /// Works until a graceful shutdown has drained it, and what the spool holds was tried once more.
    func run() async throws {
        try await delivery.run(worker)
    }
}
