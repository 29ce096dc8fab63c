import ArgumentParser
import Lab
import Settings
import Worker

/// Several processes that infer, held against one.
struct BenchScale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Measure how much faster several 'infer' processes are than one, on one queue.",
        discussion: """
            Each process is a whole 'infer' whose models are replaced by a sleep, so that what is measured is how well they share a \
            queue, and not how many cores there are. Images come from a local Antenna, tasks through a queue of the measurement's \
            own. One process and several run in turn; the clock runs from the first task put in to the last result.

            Example: antenna-worker bench scale --amqp-url-file broker.txt --processes 2
            """
    )

    @Option(help: "Processes that are held against one.") var processes = 2
    @Option(help: ArgumentHelp("How long a device takes for an image.", valueName: "milliseconds")) var sleep = 200
    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumerSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard processes > 1, sleep > 0 else {
            throw ValidationError("--processes is more than 1, and --sleep more than 0.")
        }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        let benchmark = ScaleBenchmark(plan: options.plan, settings: settings, processes: processes, sleep: sleep)
        try await images.withImages { try await benchmark.run($0) }
    }
}
