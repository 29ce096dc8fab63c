import Synchronization

/// Lets one task at a time see to a thing, so that others that want the same thing find it done.
package final class KeyedLocks<Key: Hashable & Sendable>: Sendable {
    private let ended = WakeSignal()
    private let underWay = Mutex(Set<Key>())

    /// Makes locks that nobody holds.
    package init() {}

    /// Runs `body` while nobody else runs theirs for the same thing; waits till then.
    ///
    /// - Throws: `CancellationError` when the calling task was cancelled while it waited, and what `body` throws.
    package func withLock<Value>(for key: Key, _ body: () async throws -> Value) async throws -> Value {
        while true {
            let change = ended.next
            if underWay.withLock({ $0.insert(key).inserted }) { break }
            await change.wait()
            try Task.checkCancellation()
        }
        defer {
            underWay.withLock { _ = $0.remove(key) }
            ended.notify()
        }
        return try await body()
    }
}
