import Broker
import Concurrency
package import Logging
import Telemetry
package import Transport

/// The two connections of a role to RabbitMQ: an alarm stops only the one that publishes.
package struct BrokerConnections: Sendable {
    let consuming: AMQPConnection
    let publishing: AMQPConnection

    /// Starts connecting, and goes on trying while the broker is away.
    ///
    /// - Parameters:
    ///   - configuration: How to connect.
    ///   - largestDelivery: The most bytes of a message that is taken, where that is less than what is sent.
    ///   - logger: For losses, alarms and refusals.
    /// - Throws: `TransportError` when the process has no descriptors left.
    package init(
        _ configuration: AMQPConfiguration,
        largestDelivery: Int? = nil,
        logger: Logger
    ) throws(TransportError) {
        var taking = configuration
        taking.deliveryLimit = min(configuration.deliveryLimit, largestDelivery ?? .max)
        let warnings = ThrottledLog(logger, clock: WaitClock())
        consuming = try AMQPConnection(configuration: taking, logger: logger, warnings: warnings)
        publishing = try AMQPConnection(configuration: configuration, logger: logger, warnings: warnings)
    }

    var named: [(String, AMQPConnection)] { [("consuming", consuming), ("publishing", publishing)] }

    /// Why tasks do not come or results do not go; nil when both do.
    var problem: String? {
        named.lazy.compactMap { $1.state.problem }.first ?? publishing.publishProblem
    }

    /// Where the connections lead; nil while there is none.
    var addresses: String? {
        let addresses = named.compactMap { $1.state.isLoggedIn ? $1.address : nil }
        return addresses.isEmpty ? nil : Set(addresses).sorted().joined(separator: ", ")
    }
}

extension AMQPConnectionState {
    var isBlocked: Bool {
        if case .blocked = self { true } else { false }
    }

    fileprivate var problem: String? {
        switch self {
        case .connected: nil
        case .connecting: "connecting"
        case .blocked(let reason): "RabbitMQ takes no publishes: \(reason)"
        case .reconnecting(let error): error.message
        case .closed: "closed"
        }
    }
}
