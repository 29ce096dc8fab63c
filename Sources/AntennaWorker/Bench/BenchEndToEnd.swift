import ArgumentParser
import Lab
import Settings
import Worker

/// A whole worker over REST.
struct BenchEndToEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-to-end",
        abstract: "Measure a whole worker: tasks reserved over REST, images analysed, results posted.",
        discussion: """
            The local Antenna runs in a process of its own. With --constant inference is replaced by a constant, and what is left is \
            what the worker itself costs: --insects, --labels and --features say how large the results are.

            Example: antenna-worker bench end-to-end --images ~/trap-images --constant --insects 39 --labels 2497
            """
    )

    @Flag(help: "Replace inference by a constant.") var constant = false
    @Option(help: "With --constant: insects in every image.") var insects = 0
    @Option(help: "With --constant: scores of every insect.") var labels = 0
    @Option(help: "With --constant: features of every insect.") var features = 0
    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Pipeline") var pipeline: Flags<PipelineFlag>
    @OptionGroup(title: "Images") var imageOptions: Flags<ImageSettings>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard insects >= 0, labels >= 0, features >= 0 else {
            throw ValidationError("--insects, --labels and --features are not less than 0.")
        }
    }

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        if settings.work.pipelines.isEmpty { settings.work.pipelines = ["demo"] }
        if constant, features > 0 { settings.results.features = true }
        let benchmark = EndToEndBenchmark(
            plan: options.plan,
            settings: settings,
            constant: constant ? (insects, labels, features) : nil
        )
        try await images.withImages { try await benchmark.run($0) }
    }
}
