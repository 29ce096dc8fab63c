/// One task and everything that happened to it.
package struct TaskRecord: Sendable, Identifiable {
    /// Where a task stands.
    package enum Phase: Sendable, Equatable {
        /// Waits to be reserved.
        case pending
        /// Handed out; comes back when the lease ends without a result.
        case reserved(until: Duration)
        /// A result was saved.
        case saved
        /// Acknowledged without a result that could be saved: never handed out again, never done.
        case stuck
        /// Handed out as often as allowed, and no result.
        case lost
    }

    /// The result saved for a task.
    package struct Saved: Sendable {
        /// The digest of the result without timestamps and durations.
        package let fingerprint: UInt64
        /// The error the worker reported, nil for a success.
        package let error: String?
        /// The number of boxes.
        package let detectionCount: Int
        /// Whether the result came after the lease had ended.
        package let isLate: Bool
    }

    /// The number of the task, unique in the server.
    package let id: Int
    /// The job it belongs to.
    package let jobID: Int
    /// The image to look at.
    package let imageID: Int
    /// Where the task stands.
    package internal(set) var phase = Phase.pending
    /// How often it was handed out.
    package internal(set) var deliveries = 0
    /// The first result that could be saved.
    package internal(set) var saved: Saved?
    /// Further results equal to the saved one, timestamps and durations aside.
    package internal(set) var identicalDuplicates = 0
    /// Further results that say something else than the saved one.
    package internal(set) var differingDuplicates = 0
    /// Why results were not saved, oldest first.
    package internal(set) var refusals: [Refusal] = []

    /// Where the result of the latest delivery goes; before the first one, a subject that was never handed out.
    package internal(set) var replySubject: String

    init(id: Int, jobID: Int, imageID: Int) {
        self.id = id
        self.jobID = jobID
        self.imageID = imageID
        replySubject = ReplySubject(jobID: jobID, taskID: id, delivery: 0, sequence: 0, now: .zero, pending: 0).text
    }
}
