import Antenna
import Broker
import Inference
package import Logging
package import Pipeline
import ServiceLifecycle
package import Settings
import Telemetry

/// A whole worker in this process that takes its tasks from RabbitMQ, and while that is away from Antenna's REST API.
package struct FallbackWorker: MonitoredWorker {
    package let description = "worker on RabbitMQ, or over REST"
    package let statistics: WorkerStatistics
    package let health: RoleHealth
    private let worker: Worker
    private let delivery: RESTWorkerParts

    /// Loads models, opens the spool, starts connecting, and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - context: What steers it, and who looks at it.
    ///   - logger: The worker's log.
    /// - Throws: What keeps the worker from starting, in sentences for people. A broker that is away does not.
    package init(
        settings: WorkerSettings,
        context: RoleContext = RoleContext(),
        logger: Logger
    ) async throws {
        let parts = try await AMQPWorkerParts(settings: settings, kind: .tasks, context: context, logger: logger)
        let (stages, source) = (parts.stages, parts.source)
        var rest = RESTSourceSettings(settings, role: "run", manifests: stages.manifests)
        rest.clientInfo?.devices = stages.placement.devices.map(\.description)
        rest.clientInfo?.devicesReason = stages.placement.reason
        let delivery = try await RESTWorkerParts(
            rest,
            models: stages.modelsDescription,
            http: stages.images.antenna,
            pauseSwitch: context.pauseSwitch,
            logger: logger
        )
        self.delivery = delivery
        statistics = stages.statistics
        let either = FallbackTaskSource(
            broker: source,
            presence: source.brokerPresence(),
            abandon: { source.abandonUnpublished() },
            makeFallback: { delivery.makeSource() },
            patience: settings.fallback.after,
            logger: logger
        )
        worker = stages.worker(source: either)
        let fallback = RoleHealth(collectors: [
            { [RoleMetrics.fallback.sample(either.isOnFallback ? 1 : 0)] }
        ])
        // A broker that refuses the login leaves the way over REST.
        health = try parts.health(of: worker, loginAttempts: 0) + delivery.health + fallback
    }

    /// Works until a graceful shutdown has drained it, and what the spool holds was tried once more.
    package func run() async throws {
        try await delivery.run(worker)
    }
}
