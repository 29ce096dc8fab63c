import ArgumentParser
import Foundation
import Logging
import Pipeline
import Settings

/// A whole worker over REST.
struct BenchEndToEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-to-end",
        abstract: "Measure a whole worker: tasks reserved over REST, images analysed, results posted.",
        discussion: """
            The local Antenna runs in a process of its own. With --constant inference is replaced by a constant, and what is left is \
            what the worker itself costs: --insects and --labels say how large the results are.

            Example: antenna-worker bench end-to-end --images ~/trap-images --constant --insects 39 --labels 2497
            """
    )

    @Flag(help: "Replace inference by a constant.") var constant = false
    @Option(help: "With --constant: insects in every image.") var insects = 0
    @Option(help: "With --constant: scores of every insect.") var labels = 0
    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Pipeline") var pipeline: Flags<PipelineFlag>
    @OptionGroup(title: "Images") var imageOptions: Flags<ImageSettings>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard insects >= 0, labels >= 0 else { throw ValidationError("--insects and --labels are not less than 0.") }
    }

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        if settings.work.pipelines.isEmpty { settings.work.pipelines = ["demo"] }
        settings.memory.tensorCache = 0
        settings.images.proxy = .none
        settings.antenna.proxy = .none
        let spool = FileManager.default.temporaryDirectory.appending(path: "antenna-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: spool) }
        settings.spool.directory = spool.path
        try await images.withImages { images in
            let runner = BenchRunner(benchmark: "end-to-end", unit: "image", options: options)
            try await runner.run(count: images.count) { progress in
                try await work(through: images, settings: settings, progress: progress)
            }
        }
    }

    private func work(
        through images: BenchImages,
        settings: WorkerSettings,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let server = try BenchServer(images, pipeline: settings.work.pipelines[0])
        defer { server.stop() }
        var settings = settings
        settings.antenna.baseURL = server.baseURL
        let logger = Logger(label: "bench")
        let stages = try WorkerStages(
            settings: settings,
            logger: logger,
            inference: { [settings] threads in
                constant
                    ? try .constant(settings, insects: insects, labels: labels)
                    : try InferenceAssembly(
                        settings: settings,
                        slugs: settings.work.pipelines,
                        threads: threads,
                        logger: logger
                    )
            },
            onProgress: { progress($0.answered) }
        )
        try await Registrar.register(
            settings,
            manifests: stages.manifests,
            role: "bench",
            http: stages.images.antenna,
            say: { _ in }
        )
        let worker = try await RESTWorker(stages: stages, settings: settings, ending: .untilEmpty, logger: logger)
        let sample = try await BenchSample(count: images.count, pixels: images.pixels) {
            try await worker.run()
            return worker.statistics.stageSummaries.map(BenchStage.init)
        }
        let counts = worker.statistics.counts
        guard counts.succeeded == images.count else {
            throw CommandFailure(
                "\(counts.succeeded) of \(images.count) images were analysed, \(counts.failed) failed."
            )
        }
        return sample
    }
}
