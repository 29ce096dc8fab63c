import Transport

/// The deliveries of the tasks in hand.
///
/// Pure. The broker delivers a task again when its connection was lost, while the task is still worked on here or its result waits to
/// be taken. Such a delivery joins the one before: the task is done once, and what settles it settles its latest delivery.
struct DeliveriesInHand {
    private struct Entry {
        let name: ConfirmedResult
        let queue: TaskQueueName
        var deliveries: [AMQPDelivery]
        /// When the latest of them came.
        var since: ContinuousClock.Instant
    }

    private var entries: [UInt64: Entry] = [:]
    private var ids: [ConfirmedResult: UInt64] = [:]
    private var counts: [TaskQueueName: Int] = [:]
    private var nextID: UInt64 = 0

    /// Takes a task in hand.
    ///
    /// - Returns: The number by which it is settled.
    mutating func take(
        _ delivery: AMQPDelivery,
        of name: ConfirmedResult,
        from queue: TaskQueueName,
        now: ContinuousClock.Instant
    ) -> UInt64 {
        nextID += 1
        entries[nextID] = Entry(name: name, queue: queue, deliveries: [delivery], since: now)
        counts[queue, default: 0] += 1
        // Another message of the same name, not a redelivery, is work of its own; the first one is found by the name.
        if ids[name] == nil { ids[name] = nextID }
        return nextID
    }

    /// Adds a further delivery of a task that is in hand; says whether it is.
    mutating func join(_ delivery: AMQPDelivery, to name: ConfirmedResult, now: ContinuousClock.Instant) -> Bool {
        guard let id = ids[name] else { return false }
        // Those of a channel that is gone can be settled no more.
        entries[id]?.deliveries.removeAll { $0.epoch != delivery.epoch }
        entries[id]?.deliveries.append(delivery)
        entries[id]?.since = now
        return true
    }

    /// Gives up a task, and returns the deliveries that settle it, the latest last.
    mutating func release(_ id: UInt64) -> [AMQPDelivery] {
        guard let entry = entries.removeValue(forKey: id) else { return [] }
        if ids[entry.name] == id { ids[entry.name] = nil }
        counts[entry.queue, default: 1] -= 1
        return entry.deliveries
    }

    /// The latest delivery of a task; nil when it is not in hand.
    func latest(_ id: UInt64) -> AMQPDelivery? { entries[id]?.deliveries.last }

    /// When the oldest came of those for which `isHeld` holds.
    func oldest(_ isHeld: (AMQPDelivery) -> Bool) -> ContinuousClock.Instant? {
        entries.values.filter { $0.deliveries.last.map(isHeld) ?? false }.map(\.since).min()
    }

    /// Tasks of a queue in hand.
    func count(from queue: TaskQueueName) -> Int { counts[queue] ?? 0 }
}
