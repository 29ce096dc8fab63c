/// Brings results to where they are wanted; what a REST source needs of it.
package protocol ResultDelivering: Sendable {
    /// Whether results have nowhere to go, so that more work would only pile up.
    var isBackedUp: Bool { get }

    /// Whether a result of this task is on its way already.
    func holds(_ key: TaskKey) -> Bool

    /// Brings a result away. When this returns the result is safe.
    ///
    /// - Throws: When it is not, and the task has to be done again.
    func deliver(_ result: OutgoingResult) async throws
}

extension ResultPoster: ResultDelivering {}
