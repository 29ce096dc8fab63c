import Imaging
import Telemetry

/// Names what is in a crop.
///
/// Contract of the graph: input `crops` (float32, N×3×S×S), output `logits` (float32, N×labels).
package final class CropClassifier: Sendable {
    /// What the manifest says of it.
    package let manifest: PipelineManifest.Classifier
    /// Whether it has the last word.
    package let isTerminal: Bool

    let session: InferenceSession

    /// Makes a classifier of a model that keeps the contract.
    package init(_ manifest: PipelineManifest.Classifier, isTerminal: Bool, session: InferenceSession) {
        self.manifest = manifest
        self.isTerminal = isTerminal
        self.session = session
    }

    static func contract(_ manifest: PipelineManifest.Classifier) -> ModelContract {
        let size = manifest.input.size
        let crops = TensorDescription(name: "crops", element: .float32, dimensions: [nil, 3, size.height, size.width])
        let logits = TensorDescription(name: "logits", element: .float32, dimensions: [nil, manifest.labels.count])
        return ModelContract(inputs: [crops], outputs: [logits])
    }

    /// Classifies crops of any images, `batchSize` at a time; one answer for each, in order.
    ///
    /// Fails with `invalidInput` when a box is not inside its image, with `contractViolated` when the model's answer makes no
    /// sense.
    package func classify(_ crops: [Crop], batchSize: Int) throws(InferenceError) -> [Classification] {
        var runtime = Duration.zero
        return try classify(crops, batchSize: batchSize, runtime: &runtime)
    }

    /// The same, and adds the time inside ONNX Runtime to `runtime`.
    func classify(
        _ crops: [Crop],
        batchSize: Int,
        runtime: inout Duration
    ) throws(InferenceError) -> [Classification] {
        let step = max(1, min(batchSize, crops.count))
        let buffer = try session.buffers.take(count: step * PlanarSlot.elementCount(manifest.input.size))
        defer { session.buffers.giveBack(buffer) }
        var answers: [Classification] = []
        answers.reserveCapacity(crops.count)
        for start in stride(from: 0, to: crops.count, by: step) {
            let batch = crops[start..<min(start + step, crops.count)]
            for (slot, crop) in batch.enumerated() {
                try prepare(crop, slot: slot, in: buffer.floats)
            }
            answers += try run(count: batch.count, floats: buffer.floats, runtime: &runtime)
        }
        return answers
    }

    private func prepare(
        _ crop: Crop,
        slot: Int,
        in floats: UnsafeMutableBufferPointer<Float>
    ) throws(InferenceError) {
        let rule = manifest.input
        let length = PlanarSlot.elementCount(rule.size)
        do {
            try Resampler.resample(
                crop.image,
                crop: crop.box.rect,
                to: rule.size,
                filter: rule.antialias ? .antialiasedBilinear : .bilinear,
                normalization: rule.normalization,
                into: PlanarSlot(
                    UnsafeMutableBufferPointer(rebasing: floats[slot * length..<(slot + 1) * length]),
                    size: rule.size
                )
            )
        } catch {
            throw InferenceError(preparing: error, operation: OperationName("crop.cut_out", "a crop"))
        }
    }

    private func run(
        count: Int,
        floats: UnsafeMutableBufferPointer<Float>,
        runtime: inout Duration
    ) throws(InferenceError) -> [Classification] {
        let size = manifest.input.size
        let used = floats[..<(count * PlanarSlot.elementCount(size))]
        let crops = TensorInput(
            name: "crops",
            shape: [count, 3, size.height, size.width],
            floats: UnsafeMutableBufferPointer(rebasing: used)
        )
        let started = ContinuousClock.now
        var ended = started
        let logits = try session.run(inputs: [crops], outputs: ["logits"]) { outputs throws(InferenceError) in
            ended = .now
            return try outputs.withFloats("logits") { shape, values throws(InferenceError) in
                try rows(of: values, shape: shape, count: count)
            }
        }
        runtime += started.duration(to: ended)
        return logits.map(classification)
    }

    private func rows(
        of values: UnsafeBufferPointer<Float>,
        shape: TensorShape,
        count: Int
    ) throws(InferenceError) -> [[Float]] {
        let width = manifest.labels.count
        guard shape == [count, width] else {
            throw violation("logits is \(shape), not \(TensorShape([count, width]))")
        }
        guard values.allSatisfy(\.isFinite) else { throw violation("a logit is not a finite number") }
        return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    private func violation(_ message: String) -> InferenceError {
        InferenceError(.contractViolated, operation: OperationName("model.run", session.path), message: message)
    }

    private func classification(_ logits: [Float]) -> Classification {
        // The first of equals, so that the answer does not depend on how the search goes.
        let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
        return Classification(
            algorithm: manifest.algorithm,
            isTerminal: isTerminal,
            labelIndex: best,
            label: manifest.labels[best],
            scores: softmax(logits),
            logits: logits
        )
    }
}
