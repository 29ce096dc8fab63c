import Foundation

/// An unbounded queue of closures, drained by threads that sleep while it is empty.
///
/// Whoever hands work in awaits its end, so the length is bounded by the number of callers.
final class WorkQueue: @unchecked Sendable {
    // Guarded by `condition`, which is what makes the class Sendable.
    private var work = LaneQueue<@Sendable () -> Void>()
    private var isClosed = false
    private let condition = NSCondition()

    func add(in lane: Lane = .batch, _ item: @escaping @Sendable () -> Void) {
        condition.lock()
        work.append(item, in: lane)
        condition.unlock()
        condition.signal()
    }

    /// Work that no thread has taken.
    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return work.count
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

    /// Does on the calling thread the waiting work of the interactive lane, as much of it as may go first in a row.
    func giveWay() {
        for _ in 0..<LaneTurns.mostInARow {
            condition.lock()
            let item = work.popFirst(in: .interactive)
            condition.unlock()
            guard let item else { return }
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
