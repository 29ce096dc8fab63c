package import Broker
package import Logging
package import Pipeline
import ServiceLifecycle
package import Settings

/// A whole worker in this process that takes its tasks from RabbitMQ.
package struct AMQPWorker: MonitoredWorker {
    package let description = "worker on RabbitMQ"
    package let statistics: WorkerStatistics
    package let health: RoleHealth
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
        let parts = try await AMQPWorkerParts(settings: settings, kind: kind, context: context, logger: logger)
        statistics = parts.stages.statistics
        worker = parts.stages.worker(source: parts.source)
        health = try parts.health(of: worker, loginAttempts: settings.broker.loginAttempts)
    }

    /// Works until a graceful shutdown has drained it.
    package func run() async throws {
        try await worker.run()
    }
}
