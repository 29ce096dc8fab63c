/// What comes between the runs of an analysis, and what ends them before their time.
package struct RunControl: Sendable {
    /// Called before a model runs, but for the detector's first time: work that cannot wait for a whole batch has its turn there.
    let betweenRuns: @Sendable () -> Void
    /// Ends the runs; nil where nobody would.
    let interruption: Interruption?

    /// Makes one; runs follow each other to the last when all is left out.
    package init(betweenRuns: @escaping @Sendable () -> Void = {}, interruption: Interruption? = nil) {
        self.betweenRuns = betweenRuns
        self.interruption = interruption
    }
}
