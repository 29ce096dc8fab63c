import Concurrency
import Synchronization

/// Lets one task at a time see to an image, so that others that want the same image find it in the cache.
final class ImageLocks: Sendable {
    private let ended = WakeSignal()
    private let underWay = Mutex(Set<TensorKey>())

    /// Runs `body` while nobody else runs theirs for the same image; waits till then.
    ///
    /// - Throws: `CancellationError` when the calling task was cancelled while it waited, and what `body` throws.
    func withLock<Value>(for key: TensorKey, _ body: () async throws -> Value) async throws -> Value {
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
