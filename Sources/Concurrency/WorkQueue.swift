import DequeModule
import Foundation

/// An unbounded queue of closures, drained by threads that sleep while it is empty.
///
/// Whoever hands work in awaits its end, so the length is bounded by the number of callers.
final class WorkQueue: @unchecked Sendable {
    // Guarded by `condition`, which is what makes the class Sendable.
    private var work: Deque<@Sendable () -> Void> = []
    private var isClosed = false
    private let condition = NSCondition()

    func add(_ item: @escaping @Sendable () -> Void) {
        condition.lock()
        work.append(item)
        condition.unlock()
        condition.signal()
    }

    /// Lets the threads end once everything handed in has run.
    func close() {
        condition.lock()
        isClosed = true
        condition.unlock()
        condition.broadcast()
    }

    func drainUntilClosed() {
        while let item = next() {
            item()
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let item = work.popFirst() { return item }
            if isClosed { return nil }
            condition.wait()
        }
    }
}
