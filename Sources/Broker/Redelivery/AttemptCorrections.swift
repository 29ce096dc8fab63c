import DequeModule

/// Corrects the broker's count of attempts for tasks whose delivery was lost with a connection.
///
/// The broker counts such a delivery as it counts one whose worker died: it cannot tell the two apart, but the worker that lives on can. When
/// an entry is forgotten, the oldest first, the broker's count holds again. A value without clock or input: everything comes from the caller.
struct AttemptCorrections {
    private struct Entry {
        /// The broker's count at the next delivery of the task, if no other worker tries it.
        let counted: Int
        let tried: Int
    }

    private let limit: Int
    private var entries: [ResultKey: Entry] = [:]
    private var order: Deque<ResultKey> = []

    /// Begins empty.
    ///
    /// - Parameter limit: The most tasks that are remembered, some 200 bytes each.
    init(limit: Int = 10_000) {
        self.limit = limit
    }

    /// Tasks remembered now.
    var count: Int { entries.count }

    /// How often a task was tried that comes with a count of the broker's.
    func attempts(of key: ResultKey, counted: Int) -> Int {
        // A lower count is that of another message, such as the copy of a task that was given back.
        guard let entry = entries[key], counted >= entry.counted - 1 else { return counted }
        return min(counted, entry.tried + max(0, counted - entry.counted))
    }

    /// Remembers a task that leaves this worker's hands unsettled.
    ///
    /// - Parameters:
    ///   - key: The task.
    ///   - counted: What the broker had counted at its latest delivery.
    ///   - tried: How often it was really tried before that.
    ///   - isLost: Whether it went with its channel: the broker counts that, if at all, and it is no attempt.
    mutating func leave(_ key: ResultKey, counted: Int, tried: Int, isLost: Bool) {
        guard isLost || tried < counted else { return forget(key) }
        if entries.updateValue(Entry(counted: isLost ? counted + 1 : counted, tried: tried), forKey: key) == nil {
            order.append(key)
        }
        while entries.count > limit, let oldest = order.popFirst() { entries[oldest] = nil }
    }

    private mutating func forget(_ key: ResultKey) {
        guard entries.removeValue(forKey: key) != nil else { return }
        order.removeAll { $0 == key }
    }
}
