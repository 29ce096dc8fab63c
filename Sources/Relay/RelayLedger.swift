import Pipeline

/// The leases of tasks that a relay has put into the queues and that are not answered yet.
///
/// Pure: the time comes from outside.
struct RelayLedger {
    private var leases: [TaskKey: Lease] = [:]

    /// Tasks waiting for their answer.
    var count: Int { leases.count }

    /// Adds a lease.
    ///
    /// - Returns: One of the same task that was here before, to be settled by the caller.
    mutating func insert(_ lease: Lease) -> Lease? {
        leases.updateValue(lease, forKey: TaskKey(lease.task))
    }

    /// Takes the lease of a task that was answered; nil when it is another relay's, or too late.
    mutating func take(_ key: TaskKey) -> Lease? {
        leases.removeValue(forKey: key)
    }

    /// Takes the leases that have ended: Antenna delivers those tasks again.
    mutating func takeExpired(at now: ContinuousClock.Instant) -> [Lease] {
        let expired = leases.filter { entry in
            guard let deadline = entry.value.deadline else { return false }
            return deadline <= now
        }
        for key in expired.keys { leases[key] = nil }
        return Array(expired.values)
    }

    /// Takes all of them.
    mutating func takeAll() -> [Lease] {
        defer { leases = [:] }
        return Array(leases.values)
    }
}
