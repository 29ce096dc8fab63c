/// What is asked of the analysis of one image; images that are asked for different things still share their batches.
package struct AnalysisOptions: Sendable, Hashable {
    /// Whether each classification that has the last word comes with its features, where the pipeline has them.
    package var features: Bool

    /// Asks for detections, labels and scores, and for what is said besides.
    package init(features: Bool = false) {
        self.features = features
    }
}
