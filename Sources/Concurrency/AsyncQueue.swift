import DequeModule
import Synchronization

/// A first-in, first-out hand-over between tasks.
///
/// It does not bound its length: whoever puts in is bounded by something else, such as a broker's prefetch.
package final class AsyncQueue<Element: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Element?, Never>

    private struct State {
        var elements: Deque<Element> = []
        var waiters: Deque<(id: UInt64, continuation: Waiter)> = []
        var nextID: UInt64 = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// Makes an empty queue.
    package init() {}

    /// Elements that nobody has taken.
    package var count: Int { state.withLock { $0.elements.count } }

    /// Adds an element at the end.
    ///
    /// - Returns: `false` when the queue has ended; the element is still the caller's.
    @discardableResult
    package func push(_ element: Element) -> Bool {
        let (isAccepted, waiter) = state.withLock { state -> (Bool, Waiter?) in
            if state.hasEnded { return (false, nil) }
            if let waiter = state.waiters.popFirst() { return (true, waiter.continuation) }
            state.elements.append(element)
            return (true, nil)
        }
        waiter?.resume(returning: element)
        return isAccepted
    }

    /// Ends the queue; what is in it can be taken still.
    package func finish() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    /// Takes out what nobody has taken.
    package func takeAll() -> [Element] {
        state.withLock { state in
            defer { state.elements = [] }
            return Array(state.elements)
        }
    }

    /// Ends the queue and takes out what nobody has taken.
    package func finishAndTakeAll() -> [Element] {
        finish()
        return takeAll()
    }

    /// Takes the oldest element, waiting for one; nil at the end and when the task is cancelled.
    package func next() async -> Element? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let (isDue, element) = state.withLock { state -> (Bool, Element?) in
                    if let element = state.elements.popFirst() { return (true, element) }
                    // Asked under the lock: a cancellation before this is seen here, one after it finds the waiter.
                    if state.hasEnded || Task.isCancelled { return (true, nil) }
                    state.waiters.append((id, continuation))
                    return (false, nil)
                }
                if isDue { continuation.resume(returning: element) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume(returning: nil)
        }
    }
}
