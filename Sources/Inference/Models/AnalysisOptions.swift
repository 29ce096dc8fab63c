/// What is asked of the analysis of one image; images that are asked for different things still share their batches.
package struct AnalysisOptions: Sendable, Hashable {
    /// Whether each classification that has the last word comes with its features, where the pipeline has them.
    package var features: Bool
    /// Only boxes with a greater score count; nil for the pipeline's own threshold.
    package var detectionThreshold: Float?
    /// At most so many boxes, the best ones; nil for as many as the pipeline has.
    package var maximumDetections: Int?
    /// Whether filter and classifier are asked about the boxes.
    package var isClassified: Bool
    /// The last word of a classifier counts only with a greater score; that of a filter always does.
    package var classificationThreshold: Float

    /// Asks for detections, labels and scores, and for what is said besides.
    package init(
        features: Bool = false,
        detectionThreshold: Float? = nil,
        maximumDetections: Int? = nil,
        isClassified: Bool = true,
        classificationThreshold: Float = 0
    ) {
        self.features = features
        self.detectionThreshold = detectionThreshold
        self.maximumDetections = maximumDetections
        self.isClassified = isClassified
        self.classificationThreshold = classificationThreshold
    }
}
