import Foundation
import Synchronization

/// Parts of one piece of work that several threads take from, until none is left.
final class SharedWork: Sendable {
    private let count: Int
    private let next = Atomic(0)
    private let body: Mutex<(@Sendable (Int) -> Void)?>
    private let parts = DispatchGroup()

    /// Begins nothing yet.
    init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.count = count
        self.body = Mutex(body)
        for _ in 0..<count { parts.enter() }
    }

    /// Does parts until none is left to begin.
    func help() {
        guard let body = body.withLock(\.self) else { return }
        while true {
            let part = next.add(1, ordering: .relaxed).oldValue
            guard part < count else { return }
            body(part)
            parts.leave()
        }
    }

    /// Waits until all parts are done, and lets go of what they needed: a thread that comes late finds nothing.
    func finish() {
        parts.wait()
        body.withLock { $0 = nil }
    }
}
