import Transport

/// The deliveries of the tasks in hand.
///
/// Pure. The broker delivers a task again when its connection was lost, while the task is still worked on here or its result waits to
/// be taken. Such a delivery joins the one before: the task is done once, and what settles it settles its latest delivery. A delivery that
/// went with its channel is no attempt, whatever the broker counts.
struct DeliveriesInHand {
    private struct Entry {
        let key: ResultKey
        let queue: TaskQueueName
        var deliveries: [AMQPDelivery]
        /// How often the task was tried before the latest of them.
        var tried: Int
        /// When the latest of them came.
        var since: ContinuousClock.Instant

        /// The broker's count at the latest delivery.
        var counted: Int { deliveries.last?.attempts(from: "\(queue)") ?? 0 }
    }

    private var entries: [UInt64: Entry] = [:]
    private var ids: [ResultKey: UInt64] = [:]
    private var counts: [TaskQueueName: Int] = [:]
    private var nextID: UInt64 = 0
    private var known = AttemptCorrections()

    /// How often the task of a delivery was tried before.
    func attempts(of key: ResultKey, at delivery: AMQPDelivery, from queue: TaskQueueName) -> Int {
        known.attempts(of: key, counted: delivery.attempts(from: "\(queue)"))
    }

    /// Takes a task in hand that was tried so often before.
    ///
    /// - Returns: The number by which it is settled.
    mutating func take(
        _ delivery: AMQPDelivery,
        of key: ResultKey,
        from queue: TaskQueueName,
        tried: Int,
        now: ContinuousClock.Instant
    ) -> UInt64 {
        nextID += 1
        entries[nextID] = Entry(key: key, queue: queue, deliveries: [delivery], tried: tried, since: now)
        counts[queue, default: 0] += 1
        // Another message of the same key, not a redelivery, is work of its own; the first one is found by the key.
        if ids[key] == nil { ids[key] = nextID }
        return nextID
    }

    /// Adds a further delivery of a task that is in hand; says whether it is.
    mutating func join(_ delivery: AMQPDelivery, to key: ResultKey, now: ContinuousClock.Instant) -> Bool {
        guard let id = ids[key], var entry = entries[id] else { return false }
        if entry.deliveries.last?.epoch != delivery.epoch {
            // The one before was lost; what is counted beyond that was tried by others.
            entry.tried += max(0, delivery.attempts(from: "\(entry.queue)") - entry.counted - 1)
        }
        // Those of a channel that is gone can be settled no more.
        entry.deliveries.removeAll { $0.epoch != delivery.epoch }
        entry.deliveries.append(delivery)
        entry.since = now
        entries[id] = entry
        return true
    }

    /// Gives up a task.
    ///
    /// - Parameters:
    ///   - id: Its number.
    ///   - isLost: Whether a delivery went with its channel, so that its coming again is no attempt.
    /// - Returns: The deliveries that settle it, the latest last.
    mutating func release(_ id: UInt64, isLost: (AMQPDelivery) -> Bool) -> [AMQPDelivery] {
        guard let entry = entries.removeValue(forKey: id) else { return [] }
        known.leave(
            entry.key,
            counted: entry.counted,
            tried: entry.tried,
            isLost: entry.deliveries.last.map(isLost) ?? false
        )
        if ids[entry.key] == id { ids[entry.key] = nil }
        counts[entry.queue, default: 1] -= 1
        return entry.deliveries
    }

    /// How often a task was tried before; 0 when it is not in hand.
    func tried(_ id: UInt64) -> Int { entries[id]?.tried ?? 0 }

    /// The latest delivery of a task; nil when it is not in hand.
    func latest(_ id: UInt64) -> AMQPDelivery? { entries[id]?.deliveries.last }

    /// When the oldest came of those for which `isHeld` holds.
    func oldest(_ isHeld: (AMQPDelivery) -> Bool) -> ContinuousClock.Instant? {
        entries.values.filter { $0.deliveries.last.map(isHeld) ?? false }.map(\.since).min()
    }

    /// Tasks of a queue in hand.
    func count(from queue: TaskQueueName) -> Int { counts[queue] ?? 0 }
}
