/// A classifier's judgement of a crop.
package struct Classification: Sendable, Hashable {
    /// The classifier.
    package let algorithm: PipelineManifest.Algorithm
    /// Whether it has the last word; a filter has not.
    package let isTerminal: Bool
    /// The position of the greatest score.
    package let labelIndex: Int
    /// The label at that position.
    package let label: String
    /// The softmax of the logits, one for each label.
    package let scores: [Float]
    /// The model's output, one for each label.
    package let logits: [Float]
    /// What the layer before the last says of the crop; empty where that was not asked for, or the classifier does not tell it.
    package let features: [Float]

    /// The label's score.
    package var score: Float { scores.indices.contains(labelIndex) ? scores[labelIndex] : 0 }

    /// Makes a classification.
    package init(
        algorithm: PipelineManifest.Algorithm,
        isTerminal: Bool,
        labelIndex: Int,
        label: String,
        scores: [Float],
        logits: [Float],
        features: [Float] = []
    ) {
        self.algorithm = algorithm
        self.isTerminal = isTerminal
        self.labelIndex = labelIndex
        self.label = label
        self.scores = scores
        self.logits = logits
        self.features = features
    }
}
