/// Asks a pipeline's filter and classifiers about crops.
///
/// All classifiers are asked about the same batches, which are made of what the filter lets pass, in its order.
struct CropNaming: Sendable {
    let filter: CropClassifier?
    let classifiers: [CropClassifier]
    /// Crops in a model's run, at most.
    let batchSize: Int

    /// A crop, and what is asked about it.
    struct Subject {
        let crop: Crop
        let options: AnalysisOptions

        init(_ detection: Detection, in image: WholeImage) {
            crop = Crop(image: image.image, box: detection.box, wantsFeatures: image.options.features)
            options = image.options
        }
    }

    /// Names what is in crops.
    ///
    /// - Parameters:
    ///   - subjects: The crops.
    ///   - runtime: The time inside the runtime is added to it.
    ///   - control: What comes between the runs, and what ends them.
    /// - Returns: For each crop the filter's word first, then those of the classifiers in their order.
    /// - Throws: `invalidInput` for a crop that is not inside its image, `contractViolated` for an answer that makes no sense.
    func name(
        _ subjects: [Subject],
        runtime: inout Duration,
        control: RunControl = RunControl()
    ) throws(InferenceError) -> [[Classification]] {
        let asked = subjects.indices.filter { subjects[$0].options.isClassified }
        let capacity = max(1, min(batchSize, asked.count))
        var round = try Round(self, subjects, capacity: capacity, control: control)
        if let filter {
            // What the classifiers take as the filter does is made for all of it, and copied for what passes.
            let shared = rules.filter { $0.isCut(as: filter.manifest.input) }
            let batch = try CropBatch(
                [filter.manifest.input] + shared,
                capacity: capacity,
                pool: filter.session.buffers
            )
            for start in stride(from: 0, to: asked.count, by: capacity) {
                try round.filter(asked[start..<min(start + capacity, asked.count)], filter, batch)
            }
        } else {
            for start in stride(from: 0, to: asked.count, by: capacity) {
                try round.pass(asked[start..<min(start + capacity, asked.count)])
            }
        }
        try round.classify()
        runtime += round.runtime
        return round.words
    }

    private var rules: [PipelineManifest.CropRule] { classifiers.map(\.manifest.input) }

    /// One call's crops on their way.
    private struct Round {
        private(set) var words: [[Classification]]
        private(set) var runtime = Duration.zero
        private let subjects: [Subject]
        private let classifiers: [CropClassifier]
        /// The batch of the classifiers, and whose crops are in it; nil where there are none.
        private let batch: CropBatch?
        private var waiting: [Int] = []
        private let control: RunControl

        init(
            _ naming: CropNaming,
            _ subjects: [Subject],
            capacity: Int,
            control: RunControl
        ) throws(InferenceError) {
            self.subjects = subjects
            self.control = control
            classifiers = naming.classifiers
            words = [[Classification]](repeating: [], count: subjects.count)
            guard let first = classifiers.first else {
                batch = nil
                return
            }
            batch = try CropBatch(naming.rules, capacity: capacity, pool: first.session.buffers)
        }

        /// Asks the filter about a batch of crops, and passes on those that it lets pass.
        mutating func filter(
            _ indices: ArraySlice<Int>,
            _ filter: CropClassifier,
            _ batch: CropBatch
        ) throws(InferenceError) {
            batch.removeAll()
            try batch.append(indices.map { subjects[$0].crop }, by: control.share)
            control.betweenRuns()
            let answers = try filter.classify(batch, runtime: &runtime, interruption: control.interruption)
            for (slot, (index, answer)) in zip(indices, answers).enumerated() {
                words[index].append(answer)
                guard filter.manifest.passingLabels.contains(answer.labelIndex) else { continue }
                try pass(index, from: (batch, slot))
            }
        }

        /// Passes as many crops on to the classifiers as their batch takes, and has them asked when that is full.
        mutating func pass(_ indices: ArraySlice<Int>) throws(InferenceError) {
            guard let batch else { return }
            try batch.append(indices.map { subjects[$0].crop }, by: control.share)
            waiting += indices
            if waiting.count == batch.capacity { try classify() }
        }

        /// Passes a crop of the filter's on to the classifiers, which are asked when their batch is full.
        private mutating func pass(_ index: Int, from other: (batch: CropBatch, slot: Int)) throws(InferenceError) {
            guard let batch else { return }
            try batch.append(subjects[index].crop, from: other)
            waiting.append(index)
            if waiting.count == batch.capacity { try classify() }
        }

        /// Asks every classifier about the crops that wait.
        mutating func classify() throws(InferenceError) {
            guard let batch, !waiting.isEmpty else { return }
            for classifier in classifiers {
                control.betweenRuns()
                let answers = try classifier.classify(
                    batch,
                    runtime: &runtime,
                    interruption: control.interruption
                )
                for (index, answer) in zip(waiting, answers)
                where answer.score > subjects[index].options.classificationThreshold {
                    words[index].append(answer)
                }
            }
            batch.removeAll()
            waiting.removeAll()
        }
    }
}
