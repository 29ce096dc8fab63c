import Benchmark
import Concurrency
import Foundation
import Imaging
import Inference
import Pipeline

/// The parts of an image's way that are ours alone: neither decoding nor a model's run.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, AllocationCount.metric],
        warmupIterations: 3,
        maxDuration: .seconds(3),
        maxIterations: 2_000
    )

    for layout in PixelLayout.allCases {
        Benchmark("Detector input: 4096 × 2160 to 1333 × 703, \(layout)") { benchmark in
            let image = try Samples.image(height: 2_160, width: 4_096, layout: layout)
            let size = PixelSize(height: 703, width: 1_333)
            try await Samples.withSlot(size) { slot in
                try await AllocationCount.measure(benchmark) {
                    try Resampler.resample(image, to: size, filter: .bilinear, normalization: .imageNet, into: slot)
                }
            }
        }
    }

    Benchmark("Classifier input: a crop of 220 × 180 to 128 × 128") { benchmark in
        let image = try Samples.image(height: 2_160, width: 4_096)
        let size = PixelSize(height: 128, width: 128)
        try await Samples.withSlot(size) { slot in
            try await AllocationCount.measure(benchmark) {
                try Resampler.resample(
                    image,
                    crop: PixelRect(x: 1_001, y: 777, width: 220, height: 180),
                    to: size,
                    filter: .antialiasedBilinear,
                    normalization: .imageNet,
                    into: slot
                )
            }
        }
    }

    Benchmark("Result: 39 insects with 2,497 scores and logits") { benchmark in
        let encoder = ResultEncoder(manifests: [try Samples.manifest()])
        let insects = Samples.insects(39, labels: 2_497)
        let task = Samples.task()
        await AllocationCount.measure(benchmark) {
            blackHole(encoder.encode(insects, of: task, duration: .seconds(1)).json.count)
        }
    }

    Benchmark("Cache: header and checksum of an image of 4096 × 2160") { benchmark in
        let image = try Samples.image(height: 2_160, width: 4_096)
        await AllocationCount.measure(benchmark) {
            image.withUnsafeBytes { bytes in
                let header = TensorHeader(
                    layout: image.layout,
                    height: image.height,
                    width: image.width,
                    pixels: bytes
                )
                blackHole(header.encoded().withUnsafeBytes { TensorHeader(decoding: $0)?.describes(bytes) })
            }
        }
    }

    Benchmark("Batcher: 1,000 images in batches of 8", configuration: .init(scalingFactor: .kilo)) { benchmark in
        let image = try Samples.image(height: 8, width: 8)
        let batcher = Batcher(engines: [NoInference()], sizes: Samples.size, maximumSize: 8, linger: .milliseconds(5))
        let budget = Budget(limit: .max)
        async let running: Void = batcher.run()
        try await AllocationCount.measure(benchmark) {
            try await withThrowingDiscardingTaskGroup { group in
                for _ in benchmark.scaledIterations {
                    let reservation = try await budget.reserve(1)
                    let place = batcher.enter()
                    group.addTask {
                        let pixels = AdmittedPixels(buffer: image, reservation: reservation)
                        blackHole(try await batcher.analyse(pixels, pipeline: "demo", from: place).insects.count)
                    }
                }
            }
        }
        batcher.finish()
        await running
    }
}
