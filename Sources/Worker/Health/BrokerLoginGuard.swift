import Broker
import ServiceLifecycle
import Telemetry
import Transport

/// Ends a role whose user and password RabbitMQ refuses again and again: no wait brings others, and a process that ends is seen.
struct BrokerLoginGuard: Service, CustomStringConvertible {
    let description = "RabbitMQ's logins"
    let connections: [AMQPConnection]
    /// Refusals in a row after which the role ends.
    let attempts: Int

    /// Watches until the services shut down.
    ///
    /// - Throws: `CommandFailure` once a connection was refused too often.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in connections { group.addTask { try await watch(connection) } }
            try await group.waitForAll()
        }
        // The role closes its connections before it is this service's turn to end.
        try await gracefulShutdown()
    }

    private func watch(_ connection: AMQPConnection) async throws {
        for await state in connection.states().cancelOnGracefulShutdown() {
            guard case .reconnecting(let error) = state, connection.refusedLogins >= attempts else { continue }
            throw CommandFailure(
                "RabbitMQ has refused user and password \(attempts) times in a row: \(error.message)",
                status: ExitStatus.configuration
            )
        }
    }
}
