import ArgumentParser
import Lab
import Settings
import Worker

/// One of the processes of ``BenchScale``: 'infer' with a sleep in place of the models.
struct BenchScaleProcess: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale-process",
        abstract: "One of the processes of 'bench scale', which starts it.",
        shouldDisplay: false
    )

    @Option(help: "What names the ready queue.") var queue: String
    @Option(help: "How long the device takes for an image, in milliseconds.") var sleep: Int
    @OptionGroup var broker: Flags<BrokerSettings>
    @OptionGroup var consuming: Flags<ConsumerSettings>
    @OptionGroup var file: ConfigFileOption

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        settings.work.pipelines = ["demo"]
        try await ScaleProcess(settings: settings, queue: queue, sleep: sleep).run()
    }
}
