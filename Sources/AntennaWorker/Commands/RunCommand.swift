import ArgumentParser
import Foundation
import Logging
import Pipeline

/// The worker itself.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take tasks from Antenna, find and name the insects, and send the results back.",
        discussion: """
            Works until it is stopped, or with --until-empty until no job has tasks left. SIGTERM or SIGINT drains: nothing more \
            is taken, what is in hand is finished within --grace, results that could not be posted stay in the spool and are \
            posted at the next start. A second signal stops at once.

            Every option is also an environment variable and a key of the configuration file: see docs/configuration.md.

            Example: antenna-worker run --pipeline demo --base-url https://antenna.example/api/v2 \
            --token-file token.txt
            """
    )

    @OptionGroup(title: "What to work on") var work: WorkOptions
    @OptionGroup(title: "Antenna") var antenna: AntennaOptions
    @OptionGroup(title: "Images") var images: ImageOptions
    @OptionGroup(title: "Inference") var inference: InferenceOptions
    @OptionGroup(title: "Spool and stopping") var service: ServiceOptions
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    @Flag(help: "End once every job came back empty and all results are posted or in the spool.")
    var untilEmpty = false

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(work, antenna, images, inference, service, log, file))
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "antenna-worker")
        let progress = ProgressBar(label: "Working", total: nil)
        let worker = try await RESTWorker(settings: settings, untilEmpty: untilEmpty, logger: logger) { counts in
            progress.update(done: counts.answered)
        }
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger).run([worker])
        progress.finish()
        StageReport(worker.statistics).write(to: .standardError)
    }
}
