package import Pipeline

/// The content of results.
package struct ResultSettings: SettingGroup {
    package static let title = "Results"

    package let scores = Setting(
        "results.scores",
        flag: "scores",
        .scoreSelection,
        default: ScoreSelection.all,
        "Which scores of a classifier are sent: all of them with their logits, or top:N, the N best ones with 0 for the others and no logits."
    )

    package let logits = Setting(
        "results.logits",
        flag: "include-logits",
        .flag,
        default: true,
        "Whether all scores of a classifier are sent with their logits.",
        aliases: ["AMI_INCLUDE_LOGITS"]
    )

    package let features = Setting(
        "results.features",
        flag: "include-features",
        .flag,
        default: false,
        "Whether an insect's name is sent with its features, the numbers before the classifier's last layer; the pipeline's manifest says whether it has them.",
        aliases: ["AMI_INCLUDE_FEATURES"]
    )

    package init() {}
}

extension GroupValues<ResultSettings> {
    /// What results tell.
    package var contents: ResultContents {
        ResultContents(scores: self.scores, logits: self.logits, features: self.features)
    }
}
