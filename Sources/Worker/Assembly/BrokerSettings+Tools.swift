package import Broker
import Logging
package import Settings
import Telemetry
package import Transport

extension GroupValues<BrokerSettings> {
    /// Connects once, for a command that does something at the queues and ends.
    ///
    /// - Parameters:
    ///   - name: What operators see in the management interface.
    ///   - body: What is done.
    /// - Returns: What `body` returns.
    /// - Throws: ``SettingsError`` without a broker, `CommandFailure` when it cannot be reached, and what `body` throws.
    package func withTools<Value: Sendable>(
        named name: String,
        _ body: (QueueTools, AMQPConnection) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "antenna-worker")
        // The command says itself what failed; only what it cannot know is left to the log.
        logger.logLevel = .error
        let configuration = try self.connection(named: name)
        let connection: AMQPConnection
        do throws(TransportError) {
            connection = try await AMQPConnection.connect(configuration, logger: logger)
        } catch {
            throw CommandFailure("RabbitMQ at \(configuration) cannot be used: \(error.message)")
        }
        do {
            let value = try await body(QueueTools(connection: connection, logger: logger), connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
