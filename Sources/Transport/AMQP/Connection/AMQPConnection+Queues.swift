import Concurrency
import Telemetry

extension AMQPConnection {
    /// Declares a queue, an exchange or a binding, or checks passively that it exists.
    ///
    /// An active declaration is repeated after a reconnect. A refusal does not disturb consumers or publishes.
    ///
    /// - Parameter declaration: What to have.
    /// - Returns: The counts of a queue, `nil` for anything else.
    /// - Throws: ``TransportError`` with code `notFound` (passive), `preconditionFailed` (it exists with other properties), `accessRefused`, …
    @discardableResult
    package func declare(_ declaration: AMQPDeclaration) async throws(TransportError) -> AMQPQueueStatus? {
        switch declaration {
        case .queue(let name, _, _, _, _, _), .exchange(let name, _, _, _):
            try AMQPText.check(name, operation: "topology.declare")
        case .binding(let queue, let exchange, let routingKey):
            for text in [queue, exchange, routingKey] { try AMQPText.check(text, operation: "topology.declare") }
        }
        let reply = try await request { .request(id: $0, .declare(declaration)) }
        if case .queueDeclared(let status) = reply { return status }
        return nil
    }

    /// The number of messages and consumers of a queue.
    ///
    /// - Parameter queue: Its name.
    /// - Returns: The counts at this moment.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue.
    package func status(ofQueue queue: String) async throws(TransportError) -> AMQPQueueStatus {
        guard let status = try await declare(.queue(name: queue, passive: true)) else {
            throw AMQPChannelStateMachine.violation("no counts with the answer to a declaration")
        }
        return status
    }

    /// Begins to consume a queue; deliveries must be settled one by one.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - prefetch: The most deliveries in hand, 1...65535.
    ///   - arguments: For instance `x-priority`.
    /// - Returns: The deliveries.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue, or why the connection is away.
    package func consume(
        queue: String,
        prefetch: Int,
        arguments: [String: AMQPValue] = [:]
    ) async throws(TransportError) -> AMQPConsumer {
        try AMQPText.check(queue, operation: "queue.consume")
        guard let count = UInt16(exactly: prefetch), count > 0 else {
            throw TransportError(
                .configuration,
                operation: "queue.consume",
                message: "the prefetch count must be 1...65535, not \(prefetch)"
            )
        }
        let consumer = AMQPConsumer(queue: queue, tag: "antenna-\(makeID())", deliveries: AsyncQueue())
        _ = try await request { .consume(id: $0, consumer, prefetch: count, arguments: arguments) }
        return consumer
    }

    /// Ends a consumer: the broker sends no more, deliveries that nobody took are given back, and the sequence ends.
    ///
    /// Deliveries that were taken remain to be settled.
    ///
    /// - Parameter consumer: What ``consume(queue:prefetch:arguments:)`` returned.
    /// - Throws: ``TransportError`` when the connection was lost meanwhile; the consumer is ended all the same.
    package func cancel(_ consumer: AMQPConsumer) async throws(TransportError) {
        defer { for delivery in consumer.takeUntaken() { nack(delivery, requeue: true) } }
        try await end(consumer)
    }

    /// Ends a consumer as ``cancel(_:)`` does; what nobody took is taken from ``AMQPConsumer/takeUntaken()``.
    ///
    /// - Parameter consumer: What ``consume(queue:prefetch:arguments:)`` returned.
    /// - Throws: ``TransportError`` when the connection was lost meanwhile; the consumer is ended all the same.
    package func end(_ consumer: AMQPConsumer) async throws(TransportError) {
        defer { consumer.deliveries.finish() }
        _ = try await request { .cancel(id: $0, consumerTag: consumer.tag) }
    }

    /// Takes one message from a queue without consuming it, for looking at dead letters; it must be settled.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: The message, without its body where that is too large, and how many remain; `nil` when the queue is empty.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue.
    package func get(
        queue: String
    ) async throws(TransportError) -> (delivery: AMQPDelivery, remaining: Int)? {
        try AMQPText.check(queue, operation: "message.get")
        let reply = try await request { .request(id: $0, .get(queue: queue)) }
        if case .message(let delivery, let remaining) = reply { return (delivery, remaining) }
        return nil
    }

    /// Removes all ready messages of a queue.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: How many there were.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue.
    @discardableResult
    package func purge(queue: String) async throws(TransportError) -> Int {
        try AMQPText.check(queue, operation: "queue.purge")
        if case .purged(let count) = try await request({ .request(id: $0, .purge(queue: queue)) }) { return count }
        return 0
    }

    /// Deletes a queue with its messages; its consumers are cancelled.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: How many messages there were.
    /// - Throws: ``TransportError``; deleting a queue that is not there is no error.
    @discardableResult
    package func delete(queue: String) async throws(TransportError) -> Int {
        try AMQPText.check(queue, operation: "queue.delete")
        if case .deleted(let count) = try await request({ .request(id: $0, .delete(queue: queue)) }) { return count }
        return 0
    }
}
