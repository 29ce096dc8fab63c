import DequeModule
import Pipeline

/// Which of the latest results are kept, oldest first, and which have to go.
///
/// Pure: no file is touched here, and the time comes from outside.
struct PostedIndex {
    struct Item: Equatable {
        let number: UInt64
        let bytes: Int
        let postedAt: Duration
    }

    let maximumBytes: Int
    let maximumEntries: Int
    let memory: Duration
    private(set) var bytes = 0
    private var items: [TaskKey: Item] = [:]
    private var order: Deque<(key: TaskKey, number: UInt64)> = []
    private var nextNumber: UInt64 = 1

    init(maximumBytes: Int, maximumEntries: Int, memory: Duration) {
        self.maximumBytes = max(0, maximumBytes)
        self.maximumEntries = max(1, maximumEntries)
        self.memory = memory
    }

    var count: Int { items.count }

    mutating func makeNumber() -> UInt64 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// The result of a task, unless it is too old.
    func item(_ key: TaskKey, now: Duration) -> Item? {
        items[key].flatMap { now - $0.postedAt < memory ? $0 : nil }
    }

    /// Keeps a result.
    ///
    /// - Returns: The numbers of those that have to go for it, the new one's own when it is too large altogether.
    mutating func insert(_ item: Item, _ key: TaskKey, now: Duration) -> [UInt64] {
        guard item.bytes <= maximumBytes else { return [item.number] }
        var gone = expire(now: now)
        if let old = remove(key) { gone.append(old.number) }
        while let first = order.first, bytes + item.bytes > maximumBytes || items.count >= maximumEntries {
            if items[first.key]?.number == first.number, let old = remove(first.key) { gone.append(old.number) }
            order.removeFirst()
        }
        items[key] = item
        order.append((key, item.number))
        bytes += item.bytes
        return gone
    }

    /// Forgets a result.
    mutating func remove(_ key: TaskKey) -> Item? {
        guard let item = items.removeValue(forKey: key) else { return nil }
        bytes -= item.bytes
        return item
    }

    private mutating func expire(now: Duration) -> [UInt64] {
        var gone: [UInt64] = []
        while let first = order.first {
            if let item = items[first.key], item.number == first.number {
                guard now - item.postedAt >= memory else { break }
                gone.append(item.number)
                _ = remove(first.key)
            }
            order.removeFirst()
        }
        return gone
    }
}
