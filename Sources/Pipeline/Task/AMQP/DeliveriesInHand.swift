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
    }

    private var entries: [UInt64: Entry] = [:]
    private var ids: [ConfirmedResult: UInt64] = [:]
    private var counts: [TaskQueueName: Int] = [:]
    private var nextID: UInt64 = 0

    /// Takes a task in hand.
    ///
    /// - Returns: The number by which it is settled.
    mutating func take(_ delivery: AMQPDelivery, of name: ConfirmedResult, from queue: TaskQueueName) -> UInt64 {
        nextID += 1
        entries[nextID] = Entry(name: name, queue: queue, deliveries: [delivery])
        counts[queue, default: 0] += 1
        // Another message of the same name, not a redelivery, is work of its own; the first one is found by the name.
        if ids[name] == nil { ids[name] = nextID }
        return nextID
    }

    /// Adds a further delivery of a task that is in hand; says whether it is.
    mutating func join(_ delivery: AMQPDelivery, to name: ConfirmedResult) -> Bool {
        guard let id = ids[name] else { return false }
        // Those of a channel that is gone can be settled no more.
        entries[id]?.deliveries.removeAll { $0.epoch != delivery.epoch }
        entries[id]?.deliveries.append(delivery)
        return true
    }

    /// Gives up a task, and returns the deliveries that settle it, the latest last.
    mutating func release(_ id: UInt64) -> [AMQPDelivery] {
        guard let entry = entries.removeValue(forKey: id) else { return [] }
        if ids[entry.name] == id { ids[entry.name] = nil }
        counts[entry.queue, default: 1] -= 1
        return entry.deliveries
    }

    /// Tasks of a queue in hand.
    func count(from queue: TaskQueueName) -> Int { counts[queue] ?? 0 }
}
