import ArgumentParser
import Concurrency
import Foundation
import Imaging
import Pipeline

/// Decoding, held against libjpeg-turbo alone.
struct BenchDecode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Measure decoding into pooled memory beside libjpeg-turbo alone.",
        discussion: """
            Decodes images that are in memory with all cores, as the worker does: header first, pooled buffers, a pool of threads. In \
            turn with it libjpeg-turbo decodes the same images to RGB with nothing around it, one buffer and one thread a core. \
            The worker leaves most JPEGs in planes of YCbCr, which is less work: what is left of it is a part of resampling.

            Example: antenna-worker bench decode --images ~/trap-images --runs 5
            """
    )

    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions

    func run() async throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        try await images.withImages { images in
            let threads = BlockingPool(name: "decode", threadCount: cores)
            let buffers = PixelBufferPool(maximumIdleBytes: 256 << 20)
            let runner = BenchRunner(benchmark: "decode", unit: "image", options: options)
            let bare = BareDecodeLoop(images, cores: cores)
            try await runner.run(count: images.count, reference: bare.reference) { progress in
                try await decode(images, threads: threads, buffers: buffers, progress: progress)
            }
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
