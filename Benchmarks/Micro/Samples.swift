import Foundation
import Imaging
import Inference
import Pipeline

/// What is measured with.
enum Samples {
    private static let pool = PixelBufferPool(maximumIdleBytes: 64 << 20)

    /// An image that is not all the same.
    static func image(height: Int, width: Int, layout: PixelLayout = .planes420) throws -> PixelBuffer {
        try PixelBuffer(pool: pool, layout: layout, height: height, width: width) { bytes in
            var state: UInt32 = 1
            for index in bytes.indices {
                state = state &* 1_664_525 &+ 1_013_904_223
                bytes[index] = UInt8(state >> 24)
            }
        }
    }

    /// Lends memory for one image of a batch.
    static func withSlot(_ size: PixelSize, _ body: (PlanarSlot) async throws -> Void) async throws {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: PlanarSlot.elementCount(size))
        defer { memory.deallocate() }
        memory.initialize(repeating: 0)
        try await body(try PlanarSlot(memory, size: size))
    }

    /// The demo pipeline's, from the folder that the benchmarks are run in.
    static func manifest() throws -> PipelineManifest {
        try PipelineManifest(directory: "models/demo")
    }

    static func task() -> ImageTask {
        ImageTask(
            id: "1",
            imageID: "1",
            imageURL: "http://images.example/1.jpg",
            replySubject: "results",
            pipeline: "demo",
            jobID: 1
        )
    }

    /// Insects with scores and logits of as many digits as a network's.
    static func insects(_ count: Int, labels: Int) -> [DetectedInsect] {
        let logits = (0..<labels).map { Float(($0 * 7_919) % 1_999) / 173 - 6 }
        let exponentials = logits.map { Float(exp(Double($0))) }
        let sum = exponentials.reduce(0, +)
        let classification = Classification(
            algorithm: PipelineManifest.Algorithm(name: "Species", key: "species", version: 1, file: ""),
            isTerminal: true,
            labelIndex: 0,
            label: "Noctua pronuba",
            scores: exponentials.map { $0 / sum },
            logits: logits
        )
        let insect = DetectedInsect(
            detection: Detection(box: Box(x1: 100, y1: 100, x2: 200, y2: 200), score: 0.9),
            classifications: [classification]
        )
        return Array(repeating: insect, count: count)
    }
}

extension Samples {
    /// As large as the image itself.
    static let size: Batcher.Sizes = { _, height, width in
        let size = PixelSize(height: height, width: width)
        return LocalizationSize(image: size, padded: size)
    }
}

extension Normalization {
    /// What most published networks were trained on.
    static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
}

/// A device that finds nothing, at once.
struct NoInference: InferenceEngine {
    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        PipelineAnalysis(insects: images.map { _ in [] }, times: PipelineTimes())
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        PipelineAnalysis(insects: images.map { _ in [] }, times: PipelineTimes())
    }
}
