import DequeModule
import Synchronization

/// The latest confirmed results, in this process's memory.
package final class MemoryConfirmedResults: ConfirmedResults {
    private let limit: Int
    private let state = Mutex((known: Set<ConfirmedResult>(), order: Deque<ConfirmedResult>()))

    /// Makes an empty memory.
    ///
    /// - Parameter limit: Results remembered at most; the oldest are forgotten first. Some 150 bytes each.
    package init(limit: Int = 100_000) {
        self.limit = max(1, limit)
    }

    /// Results remembered now.
    package var count: Int { state.withLock { $0.known.count } }

    package func contains(_ result: ConfirmedResult) async -> Bool {
        state.withLock { $0.known.contains(result) }
    }

    package func insert(_ result: ConfirmedResult) async {
        state.withLock { state in
            guard state.known.insert(result).inserted else { return }
            state.order.append(result)
            while state.order.count > limit {
                state.known.remove(state.order.removeFirst())
            }
        }
    }
}
