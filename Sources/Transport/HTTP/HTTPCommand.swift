/// A request to the thread that owns the transfers.
enum HTTPCommand: Sendable {
    case start(HTTPJob)
    /// Ends a job that was started; of one that has ended, or was never started, nothing is known.
    case cancel(HTTPJob.ID)
}
