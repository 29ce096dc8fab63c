package import Pipeline

/// Brings results to where they are wanted; what a REST source needs of it.
package protocol ResultPosting: Sendable {
    /// Tells what to expect for the next results, now and at every change.
    ///
    /// - Parameter observer: Told; it neither waits nor calls back.
    func observeOutlook(_ observer: @escaping @Sendable (PostingOutlook) -> Void)

    /// Whether a result of this task is on its way already.
    func holds(_ key: TaskKey) -> Bool

    /// Whether a result of this task was taken lately, and can be given again.
    func remembers(_ key: TaskKey) -> Bool

    /// Brings a result to where it is safe.
    ///
    /// When this returns, Antenna took it (2xx), or it lies on disk in the spool, or the server refused it for good and it was set aside. A
    /// refused result that cannot be set aside, as on a full disk, is logged as an error and lost: no other try would help it.
    ///
    /// - Throws: When it is not safe, and the task has to be done again.
    func deliver(_ result: OutgoingResult) async throws

    /// Answers a delivery of a task with the bytes that answered it before.
    ///
    /// - Returns: `false` when they are not there any more, and the task has to be done again.
    /// - Throws: As ``deliver(_:)``.
    func answerAgain(_ task: ImageTask) async throws -> Bool
}

extension ResultPosting {
    package func remembers(_ key: TaskKey) -> Bool { false }

    package func answerAgain(_ task: ImageTask) async throws -> Bool { false }
}

extension ResultPoster: ResultPosting {}
