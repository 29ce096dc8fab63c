package import Transport

/// Declares queues, exchanges and bindings; narrower than a connection, so that tests can stand in.
package protocol AMQPDeclaring: Sendable {
    /// Declares, or checks passively.
    ///
    /// - Throws: ``TransportError`` with code `notFound`, `preconditionFailed`, `accessRefused`, …
    func declare(_ declaration: AMQPDeclaration) async throws(TransportError) -> AMQPQueueStatus?
}
