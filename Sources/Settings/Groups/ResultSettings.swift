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

    package init() {}
}
