import ArgumentParser
import Broker
import Logging
import Pipeline
import Settings
import Worker

/// The part of a fleet that has the models.
struct InferCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Take tasks from the ready queues of RabbitMQ, find and name the insects, and publish the results.",
        discussion: """
            Like 'run --source amqp', for the queues antenna.ready.PIPELINE, which 'fetch' fills. Decoded images come from Redis; one \
            that is not there, or no longer, is fetched and decoded here.
            """
    )

    @OptionGroup(title: "What to work on") var work: Flags<PipelineFlag>
    @OptionGroup var queues: QueueFlags
    @OptionGroup var images: ImageFlags
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup var service: ServiceFlags

    func run() async throws {
        let resolved = try start()
        let settings = resolved.settings
        let logger = Logger(label: "antenna-worker")
        if settings.redis.url == nil {
            logger.warning("No Redis is set: every image is fetched and decoded here, again where 'fetch' has done so")
        }
        let healthService = HealthService(role: "infer", resolved: resolved, logger: logger)
        try await healthService.during { _ in
            let progress = ProgressBar.ofRole("Working")
            let worker = try await AMQPWorker(
                settings: settings,
                kind: .ready,
                context: healthService.context.counting { progress?.update(done: $0) },
                logger: logger
            )
            try await healthService.run(worker, health: worker.health, grace: settings.shutdown.grace)
            progress?.finish()
            StageReport(worker.statistics).show(logger: logger)
        }
    }
}
