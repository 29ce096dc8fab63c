import ArgumentParser
import Foundation
import Logging
import Pipeline

/// The part of a fleet that has the models.
struct InferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Take tasks from the ready queues of RabbitMQ, find and name the insects, and publish the results.",
        discussion: """
            Like 'run --source amqp', for the queues antenna.ready.PIPELINE: those of a fleet in which other workers prepare the
            tasks. An image is fetched here.
            """
    )

    @OptionGroup(title: "What to work on") var work: RelayedPipelines
    @OptionGroup(title: "RabbitMQ") var broker: BrokerOptions
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: ConsumingOptions
    @OptionGroup(title: "Images") var images: ImageOptions
    @OptionGroup(title: "Inference") var inference: InferenceOptions
    @OptionGroup(title: "Stopping") var stopping: StoppingOptions
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let flags = FlagValues(work, broker, consuming, images, inference, stopping, log, file)
        let settings = try WorkerSettings.load(flags)
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "antenna-worker")
        let progress = ProgressBar(label: "Working", total: nil)
        let worker = try AMQPWorker(settings: settings, kind: .ready, logger: logger) { counts in
            progress.update(done: counts.answered)
        }
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger).run([worker])
        progress.finish()
        StageReport(worker.statistics).write(to: .standardError)
    }
}
