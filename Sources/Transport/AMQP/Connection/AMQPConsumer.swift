import Concurrency

/// The deliveries of one queue, in the order of the broker.
///
/// At most `prefetch` deliveries are in hand, here and with those who took them, so nothing piles up. The sequence outlives
/// reconnects. It ends when the consumer is cancelled or the connection is closed by us, and throws a ``TransportError`` when the
/// broker cancels the consumer (the queue was deleted or moved) or refuses to restore it. Several tasks may take from it.
package struct AMQPConsumer: AsyncSequence, Sendable {
    /// The queue it consumes from.
    package let queue: String
    let tag: String
    let deliveries: AsyncQueue<AMQPDelivery, TransportError>

    /// Makes an iterator; all iterators share the deliveries.
    package func makeAsyncIterator() -> Iterator {
        Iterator(deliveries: deliveries)
    }

    /// The deliveries that nobody has taken, which are the caller's now.
    package func takeUntaken() -> [AMQPDelivery] { deliveries.takeAll() }

    /// Takes deliveries one by one.
    package struct Iterator: AsyncIteratorProtocol {
        let deliveries: AsyncQueue<AMQPDelivery, TransportError>

        /// The next delivery; `nil` at the end and when the task is cancelled.
        package func next() async throws(TransportError) -> AMQPDelivery? {
            try await deliveries.next()
        }

        /// The next delivery; `nil` at the end and when the task is cancelled.
        package func next(isolation actor: isolated (any Actor)?) async throws(TransportError) -> AMQPDelivery? {
            try await deliveries.next()
        }
    }
}
