import ArgumentParser
import Lab
import Pipeline
import Settings
import Worker

/// The models of a pipeline.
struct BenchInfer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Measure a pipeline's models on decoded images: resampling, detector, classifiers.",
        discussion: """
            With --detections the detector is skipped, and each image comes with so many boxes to be named; two runs say what that gains.

            Example: antenna-worker bench infer --pipeline demo --images ~/trap-images --count 16 --detections 30
            """
    )

    @OptionGroup var images: BenchImageOptions
    @Option(help: ArgumentHelp("Boxes of each image that are given, instead of detecting.", valueName: "count"))
    var detections: Int?
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Pipeline") var pipeline: Flags<PipelineFlag>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard (1...GivenDetections.most).contains(detections ?? 1) else {
            throw ValidationError("--detections is between 1 and \(GivenDetections.most).")
        }
    }

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        if settings.work.pipelines.isEmpty { settings.work.pipelines = ["demo"] }
        let benchmark = try InferBenchmark(plan: options.plan, detections: detections, settings: settings)
        try await images.withImages { try await benchmark.run($0) }
    }
}
