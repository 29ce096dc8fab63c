import Logging
import Settings
import Telemetry
import Transport

/// Whether RabbitMQ answers and takes the user.
enum BrokerCheck {
    /// Connects once; makes nothing.
    ///
    /// - Parameters:
    ///   - broker: Where it is.
    ///   - isNeeded: Whether tasks come from it; else nobody need have set it.
    ///   - logger: Hears what the connection has to say.
    ///   - look: Looks at more while it is connected.
    /// - Returns: One finding and those of `look`, or none when there is no broker and none is needed.
    static func findings(
        broker: BrokerSettings.Values,
        isNeeded: Bool,
        logger: Logger,
        look: (AMQPConnection) async -> [CheckReport.Finding] = { _ in [] }
    ) async -> [CheckReport.Finding] {
        guard broker.url != nil || isNeeded else { return [] }
        let remedy =
            "Name a file that holds its address with --amqp-url-file, or set \(BrokerSettings().url.variables[0])."
        do {
            var configuration = try broker.connection(named: "check")
            configuration.connectTimeout = .seconds(5)
            return await findings(configuration, logger: logger, look: look)
        } catch {
            let reasons = error.mistakes.map(\.reason).joined(separator: "; ")
            return [.missing("RabbitMQ", reasons, remedy: remedy)]
        }
    }

    private static func findings(
        _ configuration: AMQPConfiguration,
        logger: Logger,
        look: (AMQPConnection) async -> [CheckReport.Finding]
    ) async -> [CheckReport.Finding] {
        let subject = "RabbitMQ at \(configuration)"
        do throws(TransportError) {
            let connection = try await AMQPConnection.connect(configuration, logger: logger)
            let more = await look(connection)
            await connection.close()
            return [.good(subject, "answers and takes the user")] + more
        } catch {
            return [.missing(subject, error.message, remedy: remedy(for: error.code))]
        }
    }

    /// What helps against a failed connection.
    private static func remedy(for code: TransportError.Code) -> String {
        switch code {
        case .refused, .connectFailed, .nameResolution, .timedOut, .noNetwork:
            "See that RabbitMQ runs there, that nothing between keeps it away, and that the address is right."
        case .authentication: "Put the right user and password into the file of --amqp-url-file."
        case .accessRefused: "See the address's virtual host, the user's rights to it, and limits of connections."
        case .tls: "See --amqp-ca, and the names and dates of the broker's certificate; the clock of this machine, too."
        default: "See the broker's log."
        }
    }
}
