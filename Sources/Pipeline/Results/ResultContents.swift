package import Inference

/// What a result tells of each classification beside the label: a task may ask for other things than the one before it.
package struct ResultContents: Sendable, Hashable {
    /// Which scores.
    package var scores: ScoreSelection
    /// Whether the logits, where all scores are told.
    package var logits: Bool
    /// Whether the features of those that have the last word, where the pipeline has them.
    package var features: Bool

    /// Starts with what the original tells.
    package init(scores: ScoreSelection = .all, logits: Bool = true, features: Bool = false) {
        self.scores = scores
        self.logits = logits
        self.features = features
    }

    /// What has to be asked of the analysis for that.
    package var options: AnalysisOptions { AnalysisOptions(features: features) }
}
