import ArgumentParser
import Broker
import Logging
import Settings
import Telemetry
import Worker

/// The part of a fleet that fetches and decodes.
struct FetchCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract:
            "Take tasks from the task queues of RabbitMQ, put their decoded images into Redis, and pass the tasks on to 'infer'.",
        discussion: """
            For machines without a GPU. A task goes from antenna.tasks.PIPELINE to antenna.ready.PIPELINE once its image is in Redis. \
            While the ready queue holds --ready-limit tasks, or Redis takes no images, no more tasks are taken. A task whose image \
            cannot be had is answered with its error at once. Any number may run.
            """
    )

    @OptionGroup(title: "What to work on") var work: Flags<PipelineFlag>
    @OptionGroup var queues: QueueFlags
    @OptionGroup(title: "Passing tasks on") var passing: Flags<ReadyQueueSettings>
    @OptionGroup var images: ImageFlags
    @OptionGroup var service: ServiceFlags

    func run() async throws {
        let resolved = try start()
        let settings = resolved.settings
        let logger = Logger(label: "antenna-fetch")
        let healthService = HealthService(role: "fetch", resolved: resolved, logger: logger)
        try await healthService.during { _ in
            let progress = ProgressBar.ofRole("Fetching")
            let worker = try FetchRole(
                settings: settings,
                context: healthService.context.counting { progress?.update(done: $0) },
                logger: logger
            )
            try await healthService.run(worker, health: worker.health, grace: settings.shutdown.grace)
            progress?.finish()
            logger.info("This is what was done", metadata: [LogKey.outcome: "\(worker.summary)"])
        }
    }
}
