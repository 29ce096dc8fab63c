import Concurrency
import Foundation
import Imaging
import Inference
import Logging
import Pipeline
package import Settings
import Worker

/// The models of a pipeline on decoded images.
package struct InferBenchmark {
    private let plan: BenchPlan
    private let detections: Int?
    private let settings: WorkerSettings
    private let catalogue: PipelineCatalogue
    private let engine: any InferenceEngine
    private let threads: BlockingPool

    /// Loads the models.
    ///
    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - detections: Boxes of each image that are given; nil has them detected.
    ///   - settings: All settings, a pipeline or more among them.
    /// - Throws: `CommandFailure` for pipelines that cannot be loaded.
    package init(plan: BenchPlan, detections: Int? = nil, settings: WorkerSettings) throws {
        self.plan = plan
        self.detections = detections
        self.settings = settings
        threads = BlockingPool(name: "decode", threadCount: ProcessInfo.processInfo.activeProcessorCount)
        let assembly = try InferenceAssembly(
            settings: settings,
            slugs: settings.work.pipelines,
            threads: threads,
            logger: Logger(label: "bench")
        )
        catalogue = assembly.catalogue
        engine = assembly.engines[0]
    }

    /// Measures and reports.
    package func run(_ images: BenchImages) async throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let decoded = try await threads.run {
            try images.files.map { try ImageDecoder().decode($0.bytes, into: pool) }
        }
        let batches = try makeBatches(of: decoded, count: images.count)
        let runner = BenchRunner(benchmark: "infer", unit: "image", plan: plan)
        try await runner.run(count: images.count) { progress in
            try await infer(batches, pixels: images.pixels, progress: progress)
        }
    }

    private struct Batch: Sendable {
        let key: BatchKey
        let images: [PixelBuffer]
    }

    /// Batches of one size each, as the worker makes them.
    private func makeBatches(of decoded: [PixelBuffer], count: Int) throws -> [Batch] {
        var waiting: [BatchKey: [PixelBuffer]] = [:]
        var batches: [Batch] = []
        let slug = settings.work.pipelines[0]
        for index in 0..<count {
            let image = decoded[index % decoded.count]
            let size = try catalogue.localizationSize(pipeline: slug, height: image.height, width: image.width)
            let key = BatchKey(pipeline: slug, size: size)
            waiting[key, default: []].append(image)
            if let full = waiting[key], full.count == settings.batch.localizationSize {
                batches.append(Batch(key: key, images: full))
                waiting[key] = nil
            }
        }
        return batches + waiting.map { Batch(key: $0.key, images: $0.value) }
    }

    private func infer(
        _ batches: [Batch],
        pixels: Int,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let statistics = StageStatistics()
        var engineTime = Duration.zero
        var sample = try await BenchSample(count: batches.reduce(0) { $0 + $1.images.count }, pixels: pixels) {
            engineTime = try await infer(batches, statistics: statistics, progress: progress)
            return statistics.summaries().map(BenchStage.init)
        }
        sample.engineSeconds = engineTime / .seconds(1)
        return sample
    }

    /// Infers all batches, the next being prepared while one is with the engine, as in a worker; returns the time inside the runtime.
    private func infer(
        _ batches: [Batch],
        statistics: StageStatistics,
        progress: @Sendable (Int) -> Void
    ) async throws -> Duration {
        try await withThrowingTaskGroup(of: (images: Int, times: PipelineTimes).self) { group in
            var (left, done, engineTime) = (batches[...], 0, Duration.zero)
            for batch in left.prefix(Self.inFlight) { group.addTask { try await timed(batch) } }
            left = left.dropFirst(Self.inFlight)
            while let (count, times) = try await group.next() {
                if let batch = left.popFirst() { group.addTask { try await timed(batch) } }
                for _ in 0..<count {
                    if detections == nil {
                        statistics.record(times.prepare / count, in: .prepare)
                        statistics.record(times.detect / count, in: .detect)
                    }
                    statistics.record(times.classify / count, in: .classify)
                }
                engineTime += times.runtime
                done += count
                progress(done)
            }
            return engineTime
        }
    }

    /// A batch that runs, and one that is prepared.
    private static let inFlight = 2

    private func timed(_ batch: Batch) async throws -> (images: Int, times: PipelineTimes) {
        (batch.images.count, try await infer(batch).times)
    }

    private func infer(_ batch: Batch) async throws -> PipelineAnalysis {
        let options = settings.results.contents.options
        guard let detections else {
            let images = batch.images.map { WholeImage(image: $0, options: options) }
            return try await engine.infer(images, key: batch.key)
        }
        let images = batch.images.map {
            BoxedImage(image: $0, boxes: Self.grid(detections, in: $0), options: options)
        }
        return try await engine.classify(images, pipeline: batch.key.pipeline)
    }

    /// Squares of an insect's size, spread over an image.
    private static func grid(_ count: Int, in image: PixelBuffer) -> [Box] {
        let side = max(1, min(120, image.height, image.width))
        let columns = max(1, image.width / side)
        let rows = max(1, image.height / side)
        return (0..<count).map { number in
            // A stride that has no factor in common with most numbers of places, so that all of the image is used.
            let place = number * 7_919 % (columns * rows)
            let (x, y) = (place % columns * side, place / columns * side)
            return Box(x1: x, y1: y, x2: x + side, y2: y + side)
        }
    }
}
