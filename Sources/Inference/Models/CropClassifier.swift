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

    let session: any InferenceSession

    /// The model's rows for one crop.
    private struct Answer {
        let logits: [Float]
        let features: [Float]
    }

    /// Makes a classifier of a model that keeps the contract.
    package init(_ manifest: PipelineManifest.Classifier, isTerminal: Bool, session: any InferenceSession) {
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
        var (answers, runtime): ([Classification], Duration) = ([], .zero)
        let step = max(1, min(batchSize, crops.count))
        let batch = try CropBatch([manifest.input], capacity: step, pool: session.buffers)
        for start in stride(from: 0, to: crops.count, by: step) {
            batch.removeAll()
            for crop in crops[start..<min(start + step, crops.count)] { try batch.append(crop) }
            answers += try classify(batch, runtime: &runtime)
        }
        return answers
    }

    /// Classifies the crops of a batch in one run, and adds the time inside the runtime to `runtime`; one answer for each, in order.
    func classify(
        _ batch: CropBatch,
        runtime: inout Duration,
        interruption: Interruption? = nil
    ) throws(InferenceError) -> [Classification] {
        let size = manifest.input.size
        let count = batch.crops.count
        guard count > 0 else { return [] }
        guard let floats = batch.floats(by: manifest.input) else {
            let message = "the batch was not made for \(manifest.algorithm.key)"
            throw InferenceError(.invalidInput, operation: OperationName("model.run", session.path), message: message)
        }
        let featured = batch.crops.map { $0.wantsFeatures && manifest.featureCount != nil }
        let crops = TensorInput(name: "crops", shape: [count, 3, size.height, size.width], floats: floats)
        let started = ContinuousClock.now
        var ended = started
        // What is not named here is not fetched.
        let wanted = featured.contains(true) ? ["logits", "features"] : ["logits"]
        let answers = try session.run(
            inputs: [crops],
            outputs: wanted,
            interruption: interruption
        ) { outputs throws(InferenceError) in
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
