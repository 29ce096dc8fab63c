import ArgumentParser
import Lab
import Settings
import Worker

/// The models of a pipeline.
struct BenchInfer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Measure a pipeline's models on decoded images: resampling, detector, classifiers.",
        discussion: "Example: antenna-worker bench infer --pipeline demo --images ~/trap-images --count 16"
    )

    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Pipeline") var pipeline: Flags<PipelineFlag>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        if settings.work.pipelines.isEmpty { settings.work.pipelines = ["demo"] }
        let benchmark = try InferBenchmark(plan: options.plan, settings: settings)
        try await images.withImages { try await benchmark.run($0) }
    }
}
