/// Whether it is worth taking tasks, as far as their results are concerned.
package struct PostingOutlook: Sendable, Hashable {
    /// Whether results have nowhere to go, so that more work would only pile up.
    package var isBackedUp = false
    /// Jobs whose results the server forbids us to post: their tasks are not worth taking.
    package var closedJobs: Set<Int> = []

    /// Makes one.
    ///
    /// - Parameters:
    ///   - isBackedUp: Whether results have nowhere to go.
    ///   - closedJobs: Jobs whose results are forbidden.
    package init(isBackedUp: Bool = false, closedJobs: Set<Int> = []) {
        self.isBackedUp = isBackedUp
        self.closedJobs = closedJobs
    }
}
