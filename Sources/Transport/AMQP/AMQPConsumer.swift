import DequeModule
import Synchronization

/// The deliveries of one queue, in the order of the broker.
///
/// At most `prefetch` deliveries are in hand, here and with those who took them, so nothing piles up. The sequence outlives
/// reconnects. It ends when the consumer is cancelled or the connection is closed by us, and throws a ``TransportError`` when the
/// broker cancels the consumer (the queue was deleted or moved) or refuses to restore it. Several tasks may take from it.
package struct AMQPConsumer: AsyncSequence, Sendable {
    /// The queue it consumes from.
    package let queue: String
    let tag: String
    let buffer: AMQPConsumerBuffer

    /// Makes an iterator; all iterators share the deliveries.
    package func makeAsyncIterator() -> Iterator {
        Iterator(buffer: buffer)
    }

    /// The deliveries that nobody has taken, which are the caller's now.
    package func takeUntaken() -> [AMQPDelivery] { Array(buffer.drain()) }

    /// Takes deliveries one by one.
    package struct Iterator: AsyncIteratorProtocol {
        let buffer: AMQPConsumerBuffer

        /// The next delivery; `nil` at the end and when the task is cancelled.
        package func next() async throws(TransportError) -> AMQPDelivery? {
            try await buffer.next()
        }

        /// The next delivery; `nil` at the end and when the task is cancelled.
        package func next(isolation actor: isolated (any Actor)?) async throws(TransportError) -> AMQPDelivery? {
            try await buffer.next()
        }
    }
}

/// Deliveries between the connection's thread and the tasks that take them.
final class AMQPConsumerBuffer: Sendable {
    private typealias Waiter = CheckedContinuation<Result<AMQPDelivery?, TransportError>, Never>

    private struct State {
        var deliveries: Deque<AMQPDelivery> = []
        var waiters: Deque<(id: UInt64, continuation: Waiter)> = []
        var end: Result<AMQPDelivery?, TransportError>?
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Hands over a delivery.
    func yield(_ delivery: AMQPDelivery) {
        let waiter = state.withLock { state -> Waiter? in
            if let waiter = state.waiters.popFirst() { return waiter.continuation }
            state.deliveries.append(delivery)
            return nil
        }
        waiter?.resume(returning: .success(delivery))
    }

    /// Ends the sequence once what is buffered is taken; the first end counts.
    func finish(_ error: TransportError? = nil) {
        let (waiters, end) = state.withLock { state in
            let end = state.end ?? error.map { .failure($0) } ?? .success(nil)
            state.end = end
            defer { state.waiters = [] }
            return (state.waiters, end)
        }
        for waiter in waiters { waiter.continuation.resume(returning: end) }
    }

    /// Takes out what nobody has taken.
    func drain() -> Deque<AMQPDelivery> {
        state.withLock { state in
            defer { state.deliveries = [] }
            return state.deliveries
        }
    }

    func next() async throws(TransportError) -> AMQPDelivery? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let ready = state.withLock { state -> Result<AMQPDelivery?, TransportError>? in
                    if let delivery = state.deliveries.popFirst() { return .success(delivery) }
                    if let end = state.end { return end }
                    // Asked under the lock: a cancellation before this is seen here, one after finds the waiter.
                    if Task.isCancelled { return .success(nil) }
                    state.waiters.append((id, continuation))
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume(returning: .success(nil))
        }
        return try result.get()
    }
}
