/// How many tasks stand where, and how often what happened to them.
package struct LedgerCounts: Sendable, Equatable {
    /// All tasks.
    package var tasks = 0
    /// Waiting to be handed out.
    package var pending = 0
    /// Handed out, lease running.
    package var reserved = 0
    /// With a saved result, errors included.
    package var saved = 0
    /// With a saved result that is an error.
    package var savedErrors = 0
    /// Saved after the lease had ended.
    package var savedLate = 0
    /// Acknowledged for ever without a result.
    package var stuck = 0
    /// Given up after too many deliveries.
    package var lost = 0
    /// Deliveries beyond the first of each task.
    package var redeliveries = 0
    /// Further results equal to the saved one.
    package var identicalDuplicates = 0
    /// Further results that differ from the saved one.
    package var differingDuplicates = 0
    /// Results answered 200 and not saved.
    package var refused = 0
    /// Boxes in the saved results.
    package var detections = 0

    /// Whether every task ended with one saved result, and nothing that came after it said otherwise.
    package var isExactlyOnce: Bool { saved == tasks && differingDuplicates == 0 && refused == 0 }

    init(_ records: some Sequence<TaskRecord>) {
        for record in records { add(record) }
    }

    private mutating func add(_ record: TaskRecord) {
        tasks += 1
        switch record.phase {
        case .pending: pending += 1
        case .reserved: reserved += 1
        case .saved: saved += 1
        case .stuck: stuck += 1
        case .lost: lost += 1
        }
        if let result = record.saved {
            savedErrors += result.error == nil ? 0 : 1
            savedLate += result.isLate ? 1 : 0
            detections += result.detectionCount
        }
        redeliveries += max(0, record.deliveries - 1)
        identicalDuplicates += record.identicalDuplicates
        differingDuplicates += record.differingDuplicates
        refused += record.refusals.count
    }
}
