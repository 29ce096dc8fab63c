import Concurrency
import Foundation
import Imaging
import Inference
import Pipeline
import Settings
import Worker

/// Stands in for inference: every image has the same insects, and takes a device as long as it is told.
struct ConstantEngine: InferenceEngine {
    private let insects: [DetectedInsect]
    private let secondsPerImage: Double
    // One device, one batch at a time.
    private let device = BlockingPool(name: "constant", threadCount: 1)

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - insects: What is found in every image.
    ///   - secondsPerImage: How long the device sleeps for an image.
    init(insects: [DetectedInsect] = [], secondsPerImage: Double = 0) {
        self.insects = insects
        self.secondsPerImage = secondsPerImage
    }

    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        try await work(images.count)
        return PipelineAnalysis(insects: images.map { _ in insects }, times: PipelineTimes())
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        try await work(images.count)
        let classifications = insects.first?.classifications ?? []
        let named = images.map { image in
            image.boxes.map { box in
                DetectedInsect(detection: Detection(box: box, score: 1), classifications: classifications)
            }
        }
        return PipelineAnalysis(insects: named, times: PipelineTimes())
    }

    private func work(_ images: Int) async throws {
        guard secondsPerImage > 0 else { return }
        let seconds = secondsPerImage * Double(images)
        try await device.run { Thread.sleep(forTimeInterval: seconds) }
    }
}

extension InferenceAssembly {
    /// A constant in place of inference, for the pipelines of the settings; nothing is loaded but their manifests.
    ///
    /// - Parameters:
    ///   - settings: Folder and pipelines.
    ///   - insects: Insects in every image.
    ///   - labels: Scores and logits of every insect.
    ///   - features: Features of every insect.
    ///   - secondsPerImage: How long an image takes.
    /// - Returns: One engine.
    /// - Throws: `CommandFailure` for manifests that cannot be read.
    static func constant(
        _ settings: WorkerSettings,
        insects: Int = 0,
        labels: Int = 0,
        features: Int = 0,
        secondsPerImage: Double = 0
    ) throws -> InferenceAssembly {
        let manifests = try readManifests(in: settings.models.folder, slugs: settings.work.pipelines)
        let insect = DetectedInsect(
            detection: Detection(box: Box(x1: 100, y1: 100, x2: 200, y2: 200), score: 0.9),
            classifications: [.constant(manifests[0].detector.algorithm, labels: labels, features: features)]
        )
        let engine = ConstantEngine(
            insects: Array(repeating: insect, count: insects),
            secondsPerImage: secondsPerImage
        )
        return InferenceAssembly(catalogue: PipelineCatalogue(manifests), engines: [engine])
    }
}

extension Classification {
    /// Scores, logits and features with as many digits as a network's.
    fileprivate static func constant(
        _ algorithm: PipelineManifest.Algorithm,
        labels: Int,
        features: Int
    ) -> Classification {
        let logits = (0..<labels).map { Float(($0 * 7_919) % 1_999) / 173 - 6 }
        let exponentials = logits.map { Float(exp(Double($0))) }
        let sum = exponentials.reduce(0, +)
        return Classification(
            algorithm: algorithm,
            isTerminal: true,
            labelIndex: 0,
            label: "constant",
            scores: exponentials.map { $0 / sum },
            logits: logits,
            features: (0..<features).map { Float(($0 * 7_919) % 1_999) / 1_733 }
        )
    }
}
