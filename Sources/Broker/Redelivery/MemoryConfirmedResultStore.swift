import Crypto
import DequeModule
import Synchronization

/// The latest confirmed results, in this process's memory.
package final class MemoryConfirmedResultStore: ConfirmedResultStore {
    private let limit: Int
    private let state = Mutex((known: Set<UInt128>(), order: Deque<UInt128>()))

    /// Makes an empty memory.
    ///
    /// - Parameter limit: Results remembered at most; the oldest are forgotten first. Some 50 bytes each.
    package init(limit: Int = 100_000) {
        self.limit = max(1, limit)
    }

    /// Results remembered now.
    package var count: Int { state.withLock { $0.known.count } }

    package func contains(_ result: ResultKey) async -> Bool {
        let key = Self.key(of: result)
        return state.withLock { $0.known.contains(key) }
    }

    package func insert(_ result: ResultKey) async {
        let key = Self.key(of: result)
        state.withLock { state in
            guard state.known.insert(key).inserted else { return }
            state.order.append(key)
            while state.order.count > limit {
                state.known.remove(state.order.removeFirst())
            }
        }
    }

    /// Half of the digest of a name: names themselves would not fit the processor's caches, and every task would wait for memory.
    private static func key(of result: ResultKey) -> UInt128 {
        var name = result.description
        let digest = name.withUTF8 { SHA256.hash(data: $0) }
        return digest.withUnsafeBytes { $0.loadUnaligned(as: UInt128.self) }
    }
}
