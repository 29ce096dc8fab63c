/// Results that no queue takes, with their tasks held apart from the work in hand.
///
/// Held results have places of their own, so they never take those of the work in hand. When all are taken, the next task becomes a
/// dead letter at once. The time comes from the caller.
struct UnroutableResults {
    /// The most that are held, some minutes of work of a processor.
    static let limit = 500
    /// The most bytes of messages and results that are held.
    static let byteLimit = 64 << 20

    /// Consumers that make up for the places that held tasks take from a queue's prefetch.
    ///
    /// How many must be held, and how much more is asked for then: it grows with what is held, so that others get their share.
    static let reserves: [(held: Int, prefetch: Int)] = [(1, 4), (4, 16), (20, 80), (100, limit - 100)]

    /// Where a result cannot go.
    struct Destination: Hashable, CustomStringConvertible {
        let exchange: String
        let routingKey: String

        var description: String {
            exchange.isEmpty ? "the queue \(routingKey)" : "the exchange \(exchange) with the routing key \(routingKey)"
        }
    }

    private struct Entry {
        let queue: TaskQueueName
        let destination: Destination
        let bytes: Int
        let since: Duration
    }

    private var entries: [UInt64: Entry] = [:]
    private var counts: [TaskQueueName: Int] = [:]
    private(set) var bytes = 0

    /// Holds one, and says whether there is room for it.
    mutating func add(
        _ id: UInt64,
        from queue: TaskQueueName,
        to destination: Destination,
        bytes size: Int,
        since now: Duration
    ) -> Bool {
        guard count < Self.limit, size <= Self.byteLimit - bytes else { return false }
        entries[id] = Entry(queue: queue, destination: destination, bytes: size, since: now)
        counts[queue, default: 0] += 1
        bytes += size
        return true
    }

    /// Holds one no more.
    mutating func remove(_ id: UInt64) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        counts[entry.queue, default: 1] -= 1
        bytes -= entry.bytes
    }

    /// How many are held.
    var count: Int { entries.count }

    /// How many tasks of a queue are held.
    func count(from queue: TaskQueueName) -> Int { counts[queue] ?? 0 }

    /// The problem, in a sentence; nil when nothing is held.
    func problem(now: Duration) -> String? {
        guard let oldest = entries.values.min(by: { $0.since < $1.since }) else { return nil }
        let seconds = (now - oldest.since).components.seconds
        return "no queue takes \(count) results; the oldest has waited \(seconds) s for \(oldest.destination)"
    }
}
