/// What comes between the runs of an analysis, and what ends them before their time.
package struct RunControl: Sendable {
    /// Called before a model runs, but for the detector's first time: work that cannot wait for a whole batch has its turn there.
    let betweenRuns: @Sendable () -> Void
    /// Does so many equal parts of what is to be done before a run, which waits for it, by several threads if there are any.
    let share: Share
    /// Ends the runs; nil where nobody would.
    let interruption: Interruption?

    /// Calls a body for each number below a count, and returns when all is done.
    package typealias Share = @Sendable (_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Void

    /// Makes one; runs follow each other to the last, and one thread does all, when all is left out.
    package init(
        betweenRuns: @escaping @Sendable () -> Void = {},
        share: @escaping Share = { count, body in (0..<count).forEach(body) },
        interruption: Interruption? = nil
    ) {
        self.betweenRuns = betweenRuns
        self.share = share
        self.interruption = interruption
    }
}
