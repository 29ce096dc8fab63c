import ArgumentParser
import Foundation
import Logging
import Pipeline

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

    @OptionGroup(title: "What to work on") var work: PipelineOptions
    @OptionGroup(title: "RabbitMQ") var broker: BrokerOptions
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: ConsumingOptions
    @OptionGroup(title: "Images") var images: ImageOptions
    @OptionGroup(title: "HTTPS") var tls: TLSOptions
    @OptionGroup(title: "Decoded images") var cache: CacheOptions
    @OptionGroup(title: "Models") var models: ModelsOption
    @OptionGroup(title: "Inference") var inference: InferenceOptions
    @OptionGroup(title: "Stopping") var stopping: StoppingOptions
    @OptionGroup(title: "Watching") var admin: AdminOptions
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let flags = FlagValues(
            work,
            broker,
            consuming,
            images,
            tls,
            cache,
            models,
            inference,
            stopping,
            admin,
            log,
            file
        )
        let resolved = try ResolvedSettings.load(flags)
        let settings = resolved.settings
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "antenna-worker")
        if settings.redis.url == nil {
            logger.warning("No Redis is set: every image is fetched and decoded here, again where 'fetch' has done so")
        }
        let oversight = Oversight(role: "infer", resolved: resolved, logger: logger)
        try await oversight.during { _ in
            let progress = ProgressBar.ofRole("Working")
            let worker = try await AMQPWorker(
                settings: settings,
                kind: .ready,
                hooks: oversight.hooks,
                logger: logger
            ) {
                progress?.update(done: $0.answered)
            }
            try await oversight.run(worker, watch: worker.watch, grace: settings.shutdown.grace)
            progress?.finish()
            StageReport(worker.statistics).show(logger: logger)
        }
    }
}
