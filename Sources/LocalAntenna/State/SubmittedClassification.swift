/// One label of one box; the scores themselves are not kept.
package struct SubmittedClassification: Sendable {
    /// The label given.
    package let label: String
    /// Key of the classifier.
    package let algorithmKey: String
    /// Whether this is the pipeline's answer and not an intermediate filter.
    package let isTerminal: Bool
    /// How many scores came along.
    package let scoreCount: Int
    /// How many features came along; they are asked for with `--include-features`.
    package let featureCount: Int
    /// The highest score and its index, nil without scores.
    package let best: (index: Int, score: Double)?
}
