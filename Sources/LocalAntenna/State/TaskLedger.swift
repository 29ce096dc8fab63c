/// The tasks of one job: who has them, for how long, and what came back.
///
/// Time is what the caller says it is. A lease that has ended is noticed at the next call.
package struct TaskLedger: Sendable {
    /// How long a task may be out before it counts as missed.
    package let lease: Duration
    /// How often a task is handed out before it is given up.
    package let maxDeliver: Int
    /// The tasks in the order they were put in.
    package private(set) var records: [TaskRecord]

    private var waiting: [Int]
    private var nextWaiting = 0
    private var leases: [(index: Int, delivery: Int, end: Duration)] = []
    private var nextLease = 0
    private var deliveries = 0
    private let indexByID: [Int: Int]
    private let indexByImage: [Int: Int]

    init(records: [TaskRecord], lease: Duration, maxDeliver: Int) {
        self.lease = lease
        self.maxDeliver = maxDeliver
        self.records = records
        self.waiting = Array(records.indices)
        let numbered = records.enumerated()
        self.indexByID = Dictionary(numbered.map { ($0.element.id, $0.offset) }) { first, _ in first }
        self.indexByImage = Dictionary(numbered.map { ($0.element.imageID, $0.offset) }) { first, _ in first }
    }

    /// Hands out up to `count` tasks, those that came back first.
    package mutating func reserve(_ count: Int, now: Duration) -> [TaskRecord] {
        expire(now: now)
        var reserved: [TaskRecord] = []
        while reserved.count < count, nextWaiting < waiting.count {
            let index = waiting[nextWaiting]
            nextWaiting += 1
            // A late result may have settled a task while it was waiting to go out again.
            guard records[index].phase == .pending else { continue }
            records[index].phase = .reserved(until: now + lease)
            records[index].deliveries += 1
            deliveries += 1
            records[index].replySubject =
                ReplySubject(
                    jobID: records[index].jobID,
                    taskID: records[index].id,
                    delivery: records[index].deliveries,
                    sequence: deliveries,
                    now: now,
                    pending: waiting.count - nextWaiting
                )
                .text
            leases.append((index, records[index].deliveries, now + lease))
            reserved.append(records[index])
        }
        return reserved
    }

    /// Takes back what has been out for longer than the lease; what was out too often is lost.
    package mutating func expire(now: Duration) {
        var missed: [Int] = []
        // Every lease is equally long, so they end in the order they began.
        while nextLease < leases.count, leases[nextLease].end <= now {
            let (index, delivery, _) = leases[nextLease]
            nextLease += 1
            guard case .reserved = records[index].phase, records[index].deliveries == delivery else { continue }
            if delivery >= maxDeliver {
                records[index].phase = .lost
            } else {
                records[index].phase = .pending
                missed.append(index)
            }
        }
        compact()
        if !missed.isEmpty { waiting.insert(contentsOf: missed, at: nextWaiting) }
    }

    /// Notes a result: saved when it is the first for its task, a duplicate otherwise.
    ///
    /// - Returns: The task when this result was the one saved, nil otherwise.
    mutating func settle(
        _ result: SubmittedResult,
        now: Duration,
        refusal: (TaskRecord) -> Refusal?
    ) -> TaskRecord? {
        expire(now: now)
        guard let index = index(of: result) else { return nil }
        if let reason = refusal(records[index]) {
            records[index].refusals.append(reason)
            if reason == .errorWithoutImage, records[index].saved == nil { records[index].phase = .stuck }
            return nil
        }
        if let saved = records[index].saved {
            if saved.fingerprint == result.fingerprint {
                records[index].identicalDuplicates += 1
            } else {
                records[index].differingDuplicates += 1
            }
            return nil
        }
        records[index].saved = TaskRecord.Saved(result, isLate: !records[index].isOut)
        records[index].phase = .saved
        return records[index]
    }

    /// Whether a result is about one of the job's tasks.
    func knows(_ result: SubmittedResult) -> Bool { index(of: result) != nil }

    /// The server goes by the image that a result names; by the subject it can only acknowledge.
    private func index(of result: SubmittedResult) -> Int? {
        if let image = result.imageID, let index = indexByImage[image] { return index }
        guard let job = records.first?.jobID, let task = ReplySubject.taskID(in: result.replySubject, job: job) else {
            return nil
        }
        return indexByID[task]
    }

    /// Whether more than half of the images have failed.
    var hasMostlyFailed: Bool {
        let failed = records.count { $0.phase == .lost || $0.saved?.error != nil }
        return failed * 2 > records.count
    }

    /// Whether nothing more can happen to any task: each is saved, stuck or lost.
    package var isSettled: Bool {
        records.allSatisfy { record in
            switch record.phase {
            case .saved, .lost, .stuck: true
            case .pending, .reserved: false
            }
        }
    }

    /// Drops what has been read from the two queues once it outweighs the rest.
    private mutating func compact() {
        if nextLease > 1_024, nextLease * 2 > leases.count {
            leases.removeFirst(nextLease)
            nextLease = 0
        }
        if nextWaiting > 1_024, nextWaiting * 2 > waiting.count {
            waiting.removeFirst(nextWaiting)
            nextWaiting = 0
        }
    }
}

extension TaskRecord {
    fileprivate var isOut: Bool {
        if case .reserved = phase { true } else { false }
    }
}

extension TaskRecord.Saved {
    fileprivate init(_ result: SubmittedResult, isLate: Bool) {
        self.fingerprint = result.fingerprint
        self.isLate = isLate
        switch result.outcome {
        case .failure(let message, _):
            self.error = message
            self.detectionCount = 0
        case .detections(let found):
            self.error = nil
            self.detectionCount = found.detections.count
        }
    }
}
