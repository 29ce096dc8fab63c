import DequeModule
import Synchronization

/// A hand-over between tasks, or from a thread to tasks: first in, first out in each lane, the interactive one before the other.
///
/// It does not bound its length: whoever puts in is bounded by something else, such as a broker's prefetch.
package final class AsyncQueue<Element: Sendable, Failure: Error>: Sendable {
    private typealias Outcome = Result<Element?, Failure>
    private typealias Waiter = CheckedContinuation<Outcome, Never>

    private struct State {
        var elements = LaneQueue<Element>()
        var waiters: Deque<(id: UInt64, lane: Lane?, continuation: Waiter)> = []
        var nextID: UInt64 = 0
        var end: Outcome?
    }

    private let state = Mutex(State())

    /// Makes an empty queue.
    package init() {}

    /// Elements that nobody has taken.
    package var count: Int { state.withLock { $0.elements.count } }

    /// How many wait for an element.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Adds an element at the end of its lane.
    ///
    /// - Returns: `false` when the queue has ended; the element is still the caller's.
    @discardableResult
    package func push(_ element: Element, in lane: Lane = .batch) -> Bool {
        let (isAccepted, waiter) = state.withLock { state -> (Bool, Waiter?) in
            if state.end != nil { return (false, nil) }
            guard let index = state.waiters.firstIndex(where: { $0.lane == nil || $0.lane == lane }) else {
                state.elements.append(element, in: lane)
                return (true, nil)
            }
            return (true, state.waiters.remove(at: index).continuation)
        }
        waiter?.resume(returning: .success(element))
        return isAccepted
    }

    /// Ends the queue, the first end counts; what is in it can be taken still.
    ///
    /// - Parameter failure: What whoever finds the queue empty is told; that it has ended when this is left out.
    package func finish(throwing failure: Failure? = nil) {
        let (waiters, end) = state.withLock { state in
            let end = state.end ?? failure.map { .failure($0) } ?? .success(nil)
            state.end = end
            defer { state.waiters = [] }
            return (state.waiters, end)
        }
        for waiter in waiters { waiter.continuation.resume(returning: end) }
    }

    /// Takes out what nobody has taken.
    package func takeAll() -> [Element] {
        state.withLock { $0.elements.takeAll() }
    }

    /// Ends the queue and takes out what nobody has taken.
    package func finishAndTakeAll() -> [Element] {
        finish()
        return takeAll()
    }

    /// Takes the element whose turn it is, waiting for one.
    ///
    /// - Parameter lane: Takes the oldest of this lane only.
    /// - Returns: The element; nil at the end and when the task is cancelled.
    /// - Throws: What the queue was ended with.
    package func next(in lane: Lane? = nil) async throws(Failure) -> Element? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let due = state.withLock { state -> Outcome? in
                    if let element = state.elements.popFirst(in: lane) { return .success(element) }
                    if let end = state.end { return end }
                    // Asked under the lock: a cancellation before this is seen here, one after it finds the waiter.
                    if Task.isCancelled { return .success(nil) }
                    state.waiters.append((id, lane, continuation))
                    return nil
                }
                if let due { continuation.resume(returning: due) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume(returning: .success(nil))
        }
        return try outcome.get()
    }
}
