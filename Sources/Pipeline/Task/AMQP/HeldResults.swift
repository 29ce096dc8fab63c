/// Results that no queue takes, with their tasks held apart from the work in hand.
///
/// Pure: the time comes from outside.
struct HeldResults {
    /// The most that are held; more wait in the places of other work, until one of these is out or given up.
    static let limit = 100
    /// The most bytes of results that are held.
    static let byteLimit = 64 << 20

    /// Consumers that make up for the places that held tasks take from a queue's prefetch.
    ///
    /// How many must be held, and how much more is asked for then: it grows with what is held, so that others get their share.
    static let reserves: [(held: Int, prefetch: Int)] = [(1, 4), (4, 16), (20, limit - 20)]

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
        let since: Duration
    }

    private var entries: [UInt64: Entry] = [:]

    /// Holds one.
    mutating func add(_ id: UInt64, from queue: TaskQueueName, to destination: Destination, since now: Duration) {
        entries[id] = Entry(queue: queue, destination: destination, since: now)
    }

    /// Holds one no more.
    mutating func remove(_ id: UInt64) {
        entries[id] = nil
    }

    /// How many are held.
    var count: Int { entries.count }

    /// How many tasks of a queue are held.
    func count(from queue: TaskQueueName) -> Int {
        entries.values.reduce(0) { $0 + ($1.queue == queue ? 1 : 0) }
    }

    /// What is wrong, in a sentence; nil when nothing is held.
    func problem(now: Duration) -> String? {
        guard let oldest = entries.values.min(by: { $0.since < $1.since }) else { return nil }
        let seconds = (now - oldest.since).components.seconds
        return "no queue takes \(count) results; the oldest has waited \(seconds) s for \(oldest.destination)"
    }
}
