/// Where tasks come from.
package enum SourceKind: String, Sendable, CaseIterable {
    /// Antenna's REST API, polled.
    case rest
    /// RabbitMQ.
    case amqp
    /// RabbitMQ, and the REST API while RabbitMQ is away.
    case auto
}
