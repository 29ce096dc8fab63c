import Imaging

/// A box in whole pixels of the stored image; `x2` and `y2` are the first column and row outside.
package struct Box: Sendable, Hashable {
    /// Left edge.
    package let x1: Int
    /// Top edge.
    package let y1: Int
    /// Right edge, exclusive.
    package let x2: Int
    /// Bottom edge, exclusive.
    package let y2: Int

    /// Makes a box.
    package init(x1: Int, y1: Int, x2: Int, y2: Int) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
    }

    var rect: PixelRect { PixelRect(x: x1, y: y1, width: x2 - x1, height: y2 - y1) }
}

/// Something the detector found.
package struct Detection: Sendable, Hashable {
    /// Where it is.
    package let box: Box
    /// How sure the detector is, above the pipeline's threshold and at most 1.
    package let score: Float

    /// Makes a detection.
    package init(box: Box, score: Float) {
        self.box = box
        self.score = score
    }
}

/// What a classifier says of a crop.
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

    /// Makes a classification.
    package init(
        algorithm: PipelineManifest.Algorithm,
        isTerminal: Bool,
        labelIndex: Int,
        label: String,
        scores: [Float],
        logits: [Float]
    ) {
        self.algorithm = algorithm
        self.isTerminal = isTerminal
        self.labelIndex = labelIndex
        self.label = label
        self.scores = scores
        self.logits = logits
    }
}

/// An insect as a pipeline reports it.
package struct DetectedInsect: Sendable, Hashable {
    /// Where it is and how sure the detector is.
    package let detection: Detection
    /// The filter's word first, then the classifier's; the filter's alone for what it turned away.
    package let classifications: [Classification]

    /// Makes an insect.
    package init(detection: Detection, classifications: [Classification]) {
        self.detection = detection
        self.classifications = classifications
    }

    /// Where it is.
    package var box: Box { detection.box }
}
