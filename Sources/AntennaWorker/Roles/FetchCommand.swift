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
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumingSettings>
    @OptionGroup(title: "Passing tasks on") var passing: Flags<PassingSettings>
    @OptionGroup(title: "Images") var images: Flags<ImageSettings>
    @OptionGroup(title: "HTTPS") var tls: Flags<TLSSettings>
    @OptionGroup(title: "Decoded images") var cache: Flags<RedisSettings, MemorySettings>
    @OptionGroup(title: "Models") var models: Flags<ModelSettings>
    @OptionGroup(title: "Stopping") var stopping: Flags<ShutdownSettings>
    @OptionGroup(title: "Watching") var admin: Flags<AdminSettings>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let resolved = try ResolvedSettings.load(FlagValues(of: self))
        let settings = resolved.settings
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "antenna-fetch")
        let oversight = Oversight(role: "fetch", resolved: resolved, logger: logger)
        try await oversight.during { _ in
            let progress = ProgressBar.ofRole("Fetching")
            let worker = try FleetFetcher(
                settings: settings,
                context: oversight.context.counting { progress?.update(done: $0) },
                logger: logger
            )
            try await oversight.run(worker, watch: worker.watch, grace: settings.shutdown.grace)
            progress?.finish()
            logger.info("This is what was done", metadata: [LogKey.outcome: "\(worker.summary)"])
        }
    }
}
