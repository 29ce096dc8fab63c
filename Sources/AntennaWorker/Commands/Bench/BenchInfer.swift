import ArgumentParser
import Concurrency
import Foundation
import Imaging
import Inference
import Logging
import Pipeline
import Settings

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
        let threads = BlockingPool(name: "decode", threadCount: ProcessInfo.processInfo.activeProcessorCount)
        let assembly = try InferenceAssembly(
            settings: settings,
            slugs: settings.work.pipelines,
            threads: threads,
            logger: Logger(label: "bench")
        )
        try await images.withImages { images in
            let pool = PixelBufferPool(maximumIdleBytes: 0)
            let decoded = try await threads.run {
                try images.files.map { try ImageDecoder().decode($0.bytes, into: pool) }
            }
            let batches = try makeBatches(of: decoded, count: images.count, assembly.catalogue, settings)
            let runner = BenchRunner(benchmark: "infer", unit: "image", options: options)
            try await runner.run(count: images.count) { progress in
                try await infer(batches, on: assembly.engines[0], pixels: images.pixels, progress: progress)
            }
        }
    }

    private typealias Batch = (key: BatchKey, images: [PixelBuffer])

    /// Batches of one size each, as the worker makes them.
    private func makeBatches(
        of decoded: [PixelBuffer],
        count: Int,
        _ catalogue: PipelineCatalogue,
        _ settings: WorkerSettings
    ) throws -> [Batch] {
        var waiting: [BatchKey: [PixelBuffer]] = [:]
        var batches: [Batch] = []
        let slug = settings.work.pipelines[0]
        for index in 0..<count {
            let image = decoded[index % decoded.count]
            let size = try catalogue.localizationSize(pipeline: slug, height: image.height, width: image.width)
            let key = BatchKey(pipeline: slug, size: size)
            waiting[key, default: []].append(image)
            if let full = waiting[key], full.count == settings.batch.localizationSize {
                batches.append((key, full))
                waiting[key] = nil
            }
        }
        return batches + waiting.map { ($0.key, $0.value) }
    }

    private func infer(
        _ batches: [Batch],
        on engine: any InferenceEngine,
        pixels: Int,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        var done = 0
        let statistics = StageStatistics()
        return try await BenchSample(count: batches.reduce(0) { $0 + $1.images.count }, pixels: pixels) {
            for batch in batches {
                let times = try await engine.infer(batch.images, key: batch.key).times
                for _ in batch.images {
                    statistics.record(times.prepare / batch.images.count, in: .prepare)
                    statistics.record(times.detect / batch.images.count, in: .detect)
                    statistics.record(times.classify / batch.images.count, in: .classify)
                }
                done += batch.images.count
                progress(done)
            }
            return statistics.summaries().map(BenchStage.init)
        }
    }
}
