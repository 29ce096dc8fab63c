import Concurrency
import Foundation
import Imaging
import Pipeline

/// Decoding in memory as the worker does it, in turn with libjpeg-turbo alone.
package struct DecodeBenchmark {
    private let plan: BenchPlan

    package init(plan: BenchPlan) {
        self.plan = plan
    }

    /// Measures and reports.
    package func run(_ images: BenchImages) async throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let threads = BlockingPool(name: "decode", threadCount: cores)
        let buffers = PixelBufferPool(maximumIdleBytes: 256 << 20)
        let runner = BenchRunner(benchmark: "decode", unit: "image", plan: plan)
        let bare = BareDecodeLoop(images, cores: cores)
        try await runner.run(count: images.count, reference: bare.reference) { progress in
            try await decode(images, threads: threads, buffers: buffers, progress: progress)
        }
    }

    private func decode(
        _ images: BenchImages,
        threads: BlockingPool,
        buffers: PixelBufferPool,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let decoder = ImageDecoder()
        let statistics = StageStatistics()
        let numbers = Counter()
        return try await BenchSample(count: images.count, pixels: images.pixels) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Two for each thread, so that none waits for its next image.
                for _ in 0..<(2 * threads.threadCount) {
                    group.addTask {
                        while let index = numbers.take(below: images.count) {
                            let bytes = images[index].bytes
                            let duration = try await threads.run {
                                let began = ContinuousClock.now
                                _ = try decoder.decode(bytes, into: buffers)
                                return began.duration(to: .now)
                            }
                            statistics.record(duration, in: .decode)
                            progress(index)
                        }
                    }
                }
                try await group.waitForAll()
            }
            return statistics.summaries().map(BenchStage.init)
        }
    }
}
