import DequeModule
import Pipeline

/// Results of tasks that the broker took back while they were done: they wait for their task to come again to this worker.
///
/// Pure. Forgetting one costs the work of doing its task again; the oldest are forgotten first.
struct ResultsAwaitingRedelivery {
    private let limit: Int
    private let byteLimit: Int
    private var results: [ResultKey: EncodedResult] = [:]
    private var order: Deque<ResultKey> = []
    private var bytes = 0

    /// Begins empty.
    ///
    /// - Parameters:
    ///   - limit: The most that are kept.
    ///   - byteLimit: The most bytes that are kept.
    init(limit: Int = 1_000, byteLimit: Int = 64 << 20) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// How many are kept.
    var count: Int { results.count }

    /// Keeps one.
    mutating func add(_ result: EncodedResult, of key: ResultKey) {
        _ = take(key)
        results[key] = result
        order.append(key)
        bytes += result.json.count
        while results.count > limit || bytes > byteLimit, let oldest = order.first { _ = take(oldest) }
    }

    /// Takes one out.
    mutating func take(_ key: ResultKey) -> EncodedResult? {
        guard let result = results.removeValue(forKey: key) else { return nil }
        bytes -= result.json.count
        order.removeAll { $0 == key }
        return result
    }
}
