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
