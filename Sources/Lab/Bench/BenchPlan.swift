/// How often something is measured, and where the figures go.
package struct BenchPlan: Sendable {
    /// Runs that count.
    package let runs: Int
    /// Runs before them that do not.
    package let warmUp: Int
    /// Where the figures are written as JSON; nil for nowhere.
    package let file: String?

    package init(runs: Int, warmUp: Int, file: String?) {
        self.runs = runs
        self.warmUp = warmUp
        self.file = file
    }
}
