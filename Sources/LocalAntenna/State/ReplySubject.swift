/// The address that a delivery is acknowledged at, written as NATS JetStream writes it: another one each time.
struct ReplySubject {
    let jobID: Int
    let taskID: Int
    /// The number of the delivery, from 1.
    let delivery: Int
    /// The number of the delivery among all of the job.
    let sequence: Int
    let now: Duration
    /// Tasks of the job that wait.
    let pending: Int

    /// The words `$JS.ACK.STREAM.CONSUMER.DELIVERY.TASK.SEQUENCE.TIME.PENDING`.
    var text: String {
        let (seconds, attoseconds) = now.components
        let nanoseconds = Self.start + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        return "\(Self.prefix(jobID))\(delivery).\(taskID).\(sequence).\(nanoseconds).\(pending)"
    }

    /// The task that a subject of a job was made for, by whichever delivery; nil for other texts.
    static func taskID(in text: String, job: Int) -> Int? {
        guard text.hasPrefix(prefix(job)) else { return nil }
        let numbers = text.dropFirst(prefix(job).count).split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 5 ? Int(numbers[1]) : nil
    }

    private static func prefix(_ job: Int) -> String { "$JS.ACK.job_\(job).job_\(job)_consumer." }

    /// Some moment of 2026, so that the time has as many digits as a real one.
    private static let start: Int64 = 1_780_000_000_000_000_000
}
