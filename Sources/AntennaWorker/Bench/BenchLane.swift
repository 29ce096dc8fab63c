import ArgumentParser
import Lab
import Settings
import Worker

/// Tasks that somebody waits for, behind a backlog.
struct BenchLane: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lane",
        abstract:
            "Measure how long a task that somebody waits for takes behind a backlog, held against an idle worker.",
        discussion: """
            A whole worker takes tasks from queues of the measurement's own, and images from a local Antenna in a process of its own. Tasks \
            of the interactive lane are sent one after the other, each timed from before it is put in until its result is back: first with nothing else to do, \
            then with --count other tasks in the queue. Benchmarks/lane does it with a broker of its own.

            Example: antenna-worker bench lane --amqp-url-file broker.txt --count 10000 --runs 3 --warm-up 0
            """
    )

    @Option(help: "Tasks that are waited for, idle and again behind the backlog.") var probes = 200
    @Flag(help: "Replace inference by a constant.") var constant = false
    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumerSettings>
    @OptionGroup(title: "Pipeline") var pipeline: Flags<PipelineFlag>
    @OptionGroup(title: "Images") var imageOptions: Flags<ImageSettings>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard probes > 0 else { throw ValidationError("--probes is more than 0.") }
    }

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        if settings.work.pipelines.isEmpty { settings.work.pipelines = ["demo"] }
        let benchmark = LaneBenchmark(plan: options.plan, settings: settings, probes: probes, isConstant: constant)
        try await images.withImages { try await benchmark.run($0) }
    }
}
