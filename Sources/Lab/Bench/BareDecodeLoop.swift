import Concurrency
import Imaging

/// The yardstick of decoding: libjpeg-turbo alone, a thread a core, each with one buffer that it keeps.
struct BareDecodeLoop {
    let images: BenchImages
    private let threads: BlockingPool

    init(_ images: BenchImages, cores: Int) {
        self.images = images
        threads = BlockingPool(name: "bare", threadCount: cores)
    }

    /// The limit of a measurement with these images.
    var reference: BenchRunner.Reference {
        BenchRunner.Reference(name: "libjpeg-turbo alone") { try await run() }
    }

    /// Decodes every image of the run once; the threads take them as they are free.
    ///
    /// - Throws: `ImagingError` for anything but a good JPEG.
    func run() async throws -> BenchSample {
        let next = Counter()
        let (images, threads) = (self.images, self.threads)
        return try await BenchSample(count: images.count, pixels: images.pixels) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<threads.threadCount {
                    group.addTask {
                        try await threads.run {
                            let decoder = try UncheckedJPEGDecoder()
                            while let index = next.take(below: images.count) { try decoder.decode(images[index].bytes) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            return []
        }
    }
}
