import Concurrency

/// The state of a connection as callers see it.
package enum AMQPConnectionState: Sendable {
    /// The first connection is being made.
    case connecting
    /// Logged in; publishes and deliveries flow.
    case connected
    /// Logged in, but the broker takes no publishes, for this reason (an alarm); they wait.
    case blocked(reason: String)
    /// The connection was lost or could not be made; it is being made again.
    case reconnecting(TransportError)
    /// Closed by us, for good.
    case closed

    /// Whether the broker is there.
    package var isLoggedIn: Bool {
        switch self {
        case .connected, .blocked: true
        case .connecting, .reconnecting, .closed: false
        }
    }
}
