package import Inference

/// What a result tells of each classification beside the label: a task may ask for other things than the one before it.
package struct ResultContents: Sendable, Hashable {
    /// Which scores.
    package var scores: ScoreSelection
    /// Whether the logits, where all scores are told.
    package var logits: Bool
    /// Whether the features of those that have the last word, where the pipeline has them.
    package var features: Bool
    /// The settings that a task asked for, which its result tells again; nil where it asked for none.
    package private(set) var asked: TaskOptions?

    /// Starts with what the original tells.
    package init(scores: ScoreSelection = .all, logits: Bool = true, features: Bool = false) {
        self.scores = scores
        self.logits = logits
        self.features = features
    }

    /// What has to be asked of the analysis for that.
    package var options: AnalysisOptions {
        var options = asked?.analysis ?? AnalysisOptions()
        options.features = features
        return options
    }

    /// The contents of a task's result: as it asks, though never with more scores than without it.
    package func asked(by task: ImageTask) -> ResultContents {
        guard let asked = task.options else { return self }
        var contents = self
        contents.scores = scores.limited(to: asked.topScores)
        contents.logits = asked.logits ?? logits
        contents.features = asked.features ?? features
        contents.asked = asked
        return contents
    }
}
