import Imaging
import Telemetry

/// Names what is in a crop.
///
/// Contract of the graph: input `crops` (float32, N×3×S×S), output `logits` (float32, N×labels), and where the manifest says so
/// `features` (float32, N×features), which costs nothing while nobody asks for it.
package final class CropClassifier: Sendable {
    /// What the manifest says of it.
    package let manifest: PipelineManifest.Classifier
    /// Whether it has the last word.
    package let isTerminal: Bool

    let session: InferenceSession

    /// The model's rows for one crop.
    private struct Answer {
        let logits: [Float]
        let features: [Float]
    }

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
        let features = manifest.featureCount.map {
            TensorDescription(name: "features", element: .float32, dimensions: [nil, $0])
        }
        return ModelContract(inputs: [crops], outputs: [logits] + [features].compactMap(\.self))
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
            answers += try run(
                wantingFeatures: batch.map { $0.wantsFeatures && manifest.featureCount != nil },
                floats: buffer.floats,
                runtime: &runtime
            )
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

    /// Runs the model on as many crops as `featured` has places, each of which says whether that crop's features are wanted.
    private func run(
        wantingFeatures featured: [Bool],
        floats: UnsafeMutableBufferPointer<Float>,
        runtime: inout Duration
    ) throws(InferenceError) -> [Classification] {
        let size = manifest.input.size
        let count = featured.count
        let used = floats[..<(count * PlanarSlot.elementCount(size))]
        let crops = TensorInput(
            name: "crops",
            shape: [count, 3, size.height, size.width],
            floats: UnsafeMutableBufferPointer(rebasing: used)
        )
        let started = ContinuousClock.now
        var ended = started
        // What is not named here is not fetched.
        let wanted = featured.contains(true) ? ["logits", "features"] : ["logits"]
        let answers = try session.run(inputs: [crops], outputs: wanted) { outputs throws(InferenceError) in
            ended = .now
            let all = [Bool](repeating: true, count: count)
            let logits = try rows(all, of: "logits", width: manifest.labels.count, in: outputs)
            guard wanted.count > 1 else { return zip(logits, [[Float]](repeating: [], count: count)).map(Answer.init) }
            let features = try rows(featured, of: "features", width: manifest.featureCount ?? 0, in: outputs)
            return zip(logits, features).map(Answer.init)
        }
        runtime += started.duration(to: ended)
        return answers.map(classification)
    }

    /// Takes rows out of an output; a row that is not wanted is empty, and whatever it holds is nobody's fault.
    private func rows(
        _ wanted: [Bool],
        of output: String,
        width: Int,
        in outputs: borrowing RunOutputs
    ) throws(InferenceError) -> [[Float]] {
        try outputs.withFloats(output) { shape, values throws(InferenceError) in
            guard shape == [wanted.count, width] else {
                throw violation("\(output) is \(shape), not \(TensorShape([wanted.count, width]))")
            }
            var rows = [[Float]](repeating: [], count: wanted.count)
            for index in wanted.indices where wanted[index] {
                rows[index] = Array(values[index * width..<(index + 1) * width])
                guard rows[index].allSatisfy(\.isFinite) else {
                    throw violation("\(output) has a number that is not finite")
                }
            }
            return rows
        }
    }

    private func violation(_ message: String) -> InferenceError {
        InferenceError(.contractViolated, operation: OperationName("model.run", session.path), message: message)
    }

    private func classification(_ answer: Answer) -> Classification {
        let logits = answer.logits
        // The first of equals, so that the answer does not depend on how the search goes.
        let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
        return Classification(
            algorithm: manifest.algorithm,
            isTerminal: isTerminal,
            labelIndex: best,
            label: manifest.labels[best],
            scores: softmax(logits),
            logits: logits,
            features: answer.features
        )
    }
}
