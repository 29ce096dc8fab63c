/// Where tasks come from.
package enum SourceKind: String, Sendable, CaseIterable {
    /// Antenna's REST API, polled.
    case rest
    /// RabbitMQ.
    case amqp
    /// RabbitMQ, and the REST API while RabbitMQ is away.
    case auto

    /// Whether tasks may come from Antenna's REST API.
    package var usesAntenna: Bool {
        switch self {
        case .rest, .auto: true
        case .amqp: false
        }
    }

    /// Whether tasks may come from RabbitMQ.
    package var usesBroker: Bool {
        switch self {
        case .amqp, .auto: true
        case .rest: false
        }
    }
}
