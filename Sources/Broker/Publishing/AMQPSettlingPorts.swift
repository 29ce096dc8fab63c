package import Transport

/// Publishes with a confirm; narrower than a connection, so that tests can stand in.
package protocol AMQPPublishing: Sendable {
    /// Returns once the broker has confirmed that it keeps the message.
    ///
    /// - Throws: ``TransportError`` with code `unroutable`, `nacked`, `closed`, `notFound`, `tooLarge`, `cancelled`, …
    func publish(
        _ message: AMQPMessage,
        exchange: String,
        routingKey: String,
        mandatory: Bool
    ) async throws(TransportError)
}

/// Acknowledges deliveries and gives them back; narrower than a connection, so that tests can stand in.
package protocol AMQPAcknowledging: Sendable {
    /// Acknowledges a delivery: the broker forgets it.
    @discardableResult
    func ack(_ delivery: AMQPDelivery) -> AMQPSettlement

    /// Gives a delivery back; with `requeue` it goes to its queue again.
    @discardableResult
    func nack(_ delivery: AMQPDelivery, requeue: Bool) -> AMQPSettlement

    /// Whether a delivery can still be settled; one whose channel is gone is delivered again.
    func holds(_ delivery: AMQPDelivery) -> Bool
}

extension AMQPConnection: AMQPPublishing, AMQPAcknowledging {}
