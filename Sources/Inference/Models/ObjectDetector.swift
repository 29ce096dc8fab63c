import Imaging
import Telemetry

/// Finds insects in batches of images.
///
/// Contract of the graph: inputs `images` (float32, N×3×H×W) and, if it wants it, `image_size` (int64, 2: height and width
/// without padding); outputs `boxes` (float32, M×4: x1, y1, x2, y2 in pixels of the input), `scores` (float32, M) and
/// `image_index` (int64, M: the box's image).
package final class ObjectDetector: Sendable {
    /// What the manifest says of it.
    package let manifest: PipelineManifest.Detector

    let session: any InferenceSession
    private let takesImageSize: Bool
    private let imagesPerRun: Int

    static let contract = ModelContract(
        inputs: [TensorDescription(name: "images", element: .float32, dimensions: [nil, 3, nil, nil])],
        optionalInputs: [TensorDescription(name: "image_size", element: .int64, dimensions: [2])],
        outputs: [
            TensorDescription(name: "boxes", element: .float32, dimensions: [nil, 4]),
            TensorDescription(name: "scores", element: .float32, dimensions: [nil]),
            TensorDescription(name: "image_index", element: .int64, dimensions: [nil]),
        ]
    )

    /// Makes a detector of a model that keeps the contract.
    ///
    /// `imagesPerRun` bounds the images in one run of the model; nil means one on a processor and the whole batch on a GPU.
    package init(_ manifest: PipelineManifest.Detector, session: any InferenceSession, imagesPerRun: Int? = nil) {
        self.manifest = manifest
        self.session = session
        // A processor gains nothing from several images at once: the memory of a run grows with them and leaves the caches.
        self.imagesPerRun = imagesPerRun ?? (session.device.isProcessor ? 1 : .max)
        takesImageSize = session.inputs.contains { $0.name == "image_size" }
    }

    /// Makes an empty batch for `count` images of one size.
    ///
    /// - Throws: `outOfMemory`.
    package func makeBatch(size: LocalizationSize, count: Int) throws(InferenceError) -> DetectorBatch {
        try DetectorBatch(size: size, count: count, rule: manifest.input, pool: session.buffers)
    }

    /// Finds the insects of each image, the best score first; equal scores keep the model's order.
    ///
    /// - Parameters:
    ///   - batch: The images.
    ///   - options: What is asked of each; nothing in particular when left out.
    /// - Returns: The insects of each image.
    /// - Throws: `invalidInput` when a slot is empty, `contractViolated` when the model's answer makes no sense.
    package func detect(
        _ batch: DetectorBatch,
        options: [AnalysisOptions]? = nil
    ) throws(InferenceError) -> [[Detection]] {
        var runtime = Duration.zero
        let options = options ?? Array(repeating: AnalysisOptions(), count: batch.count)
        return try detect(batch, options: options, runtime: &runtime)
    }

    /// The same, adds the time inside the runtime to `runtime`, and lets others in before every run but the first.
    func detect(
        _ batch: DetectorBatch,
        options: [AnalysisOptions],
        runtime: inout Duration,
        control: RunControl = RunControl()
    ) throws(InferenceError) -> [[Detection]] {
        guard let images = batch.images() else {
            let message = "a slot of the batch is empty"
            throw InferenceError(.invalidInput, operation: OperationName("insects.detect", "insects"), message: message)
        }
        let scales = images.map { BoxScale(height: $0.height, width: $0.width, size: batch.size) }
        var candidates: [[DetectorOutput.Candidate]] = []
        for start in stride(from: 0, to: batch.count, by: min(imagesPerRun, max(1, batch.count))) {
            if start > 0 { control.betweenRuns() }
            let slots = start..<min(batch.count, start + min(imagesPerRun, batch.count))
            let started = ContinuousClock.now
            var ended = started
            candidates += try run(batch, slots, control.interruption) { outputs throws(InferenceError) in
                ended = .now
                return try DetectorOutput.read(
                    outputs,
                    imageCount: slots.count,
                    operation: OperationName("model.run", session.path)
                )
            }
            runtime += started.duration(to: ended)
        }
        return zip(zip(candidates, scales), options).map { detections(from: $0.0, scale: $0.1, options: $1) }
    }

    private func run<Result>(
        _ batch: DetectorBatch,
        _ slots: Range<Int>,
        _ interruption: Interruption?,
        _ read: (borrowing RunOutputs) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let planes = batch.size.padded
        return try batch.withFloats(of: slots) { floats throws(InferenceError) in
            let images = TensorInput(
                name: "images",
                shape: [slots.count, 3, planes.height, planes.width],
                floats: floats
            )
            let outputs = ObjectDetector.contract.outputs.map(\.name)
            guard takesImageSize else {
                return try session.run(inputs: [images], outputs: outputs, interruption: interruption, read)
            }
            let size = [Int64(batch.size.image.height), Int64(batch.size.image.width)]
            return try withIntegers(size) { integers throws(InferenceError) in
                let imageSize = TensorInput(name: "image_size", shape: [2], integers: integers)
                return try session.run(
                    inputs: [images, imageSize],
                    outputs: outputs,
                    interruption: interruption,
                    read
                )
            }
        }
    }

    private func detections(
        from candidates: [DetectorOutput.Candidate],
        scale: BoxScale,
        options: AnalysisOptions
    ) -> [Detection] {
        let threshold = options.detectionThreshold ?? manifest.scoreThreshold
        var found: [Detection] = []
        // A stable order: the sort keeps the model's order where scores are equal.
        let best = candidates.enumerated()
            .filter { $0.element.score > threshold }
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .prefix(options.maximumDetections ?? manifest.maximumDetections)
        for (_, candidate) in best {
            guard let box = scale.box(candidate.corners) else { continue }
            found.append(Detection(box: box, score: candidate.score))
        }
        return found
    }
}

private func withIntegers<Result>(
    _ values: [Int64],
    _ body: (UnsafeMutableBufferPointer<Int64>) throws(InferenceError) -> Result
) throws(InferenceError) -> Result {
    let memory = UnsafeMutableBufferPointer<Int64>.allocate(capacity: values.count)
    defer { memory.deallocate() }
    _ = memory.initialize(from: values)
    return try body(memory)
}
