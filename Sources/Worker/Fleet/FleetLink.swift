import Broker
import Concurrency
import Foundation
import JSON
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import Transport

/// Tells the other roles at a broker of this one, and hears of them while somebody looks.
///
/// On a connection of its own: what goes wrong here, or is held back by an alarm, touches neither tasks nor results.
final class FleetLink: Service, CustomStringConvertible {
    private struct State {
        var table = FleetTable()
        var problem: String? = "RabbitMQ has not answered yet."
        /// The queue that reports come into; nil while nobody looks.
        var queue: String?
        /// When the table began.
        var heardSince: Date?
        var isDeclared = false
        var turns = 0
    }

    let description = "fleet link"
    /// Somebody looks at the page of the fleet.
    let viewers = ViewerActivity()
    /// Turns, of a second each, from one report to the next.
    private static let turnsBetweenReports = 5
    private let configuration: AMQPConfiguration
    private let declares: Bool
    private let report: @Sendable () -> FleetReport
    private let logger: Logger
    private let state = Mutex(State())

    /// Makes it; begins with ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: How the role connects.
    ///   - declares: Whether an exchange that is not there may be made.
    ///   - logger: Hears at debug level of what goes wrong: the role's own connections say it louder.
    ///   - report: What this role has to tell now.
    init(
        _ configuration: AMQPConfiguration,
        declares: Bool,
        logger: Logger,
        report: @escaping @Sendable () -> FleetReport
    ) {
        var configuration = configuration
        configuration.connectionName += ", fleet page"
        configuration.deliveryLimit = FleetReport.mostBytes
        self.configuration = configuration
        self.declares = declares
        self.report = report
        self.logger = logger
    }

    /// Why others are not heard of, in a sentence; nil when they are.
    var problem: String? { state.withLock { $0.problem } }

    /// Since when others are listened to; nil while nobody looks, and before the broker has answered.
    var heardSince: Date? { state.withLock { $0.heardSince } }

    /// The others that were heard of.
    func rows(but own: String) -> [FleetTable.Row] { state.withLock { $0.table.rows(at: .now, but: own) } }

    func run() async {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .critical)
        do throws(TransportError) {
            let connection = try AMQPConnection(configuration: configuration, logger: quiet)
            await repeatUntilShutdown(every: .seconds(1)) { await self.turn(connection) }
            await sayGoodbye(connection)
            await connection.close()
        } catch {
            note(error)
            // Returning would end the role.
            try? await gracefulShutdown()
        }
    }

    private func turn(_ connection: AMQPConnection) async {
        guard connection.state.isLoggedIn else {
            return state.withLock { $0.problem = "RabbitMQ is not connected." }
        }
        do throws(TransportError) {
            try await declare(on: connection)
            if state.withLock({ $0.turns.isMultiple(of: Self.turnsBetweenReports) }) {
                try await tell(report(), on: connection, within: .seconds(3))
            }
            try await listen(on: connection)
            state.withLock { state in
                state.problem = nil
                state.turns += 1
            }
        } catch {
            note(error)
        }
    }

    private func declare(on connection: AMQPConnection) async throws(TransportError) {
        guard !state.withLock({ $0.isDeclared }) else { return }
        _ = try await AMQPTopology.ensure(AMQPTopology.declarations(forFleet: declares), on: connection)
        state.withLock { $0.isDeclared = true }
    }

    /// Publishes a report that nobody has to hear; an alarm of the broker holds up publishes for as long as it lasts.
    private func tell(
        _ report: FleetReport,
        on connection: AMQPConnection,
        within limit: Duration
    ) async throws(TransportError) {
        var message = AMQPMessage(
            body: JSONValue.object(report.json).encoded(),
            contentType: "application/json",
            isPersistent: false
        )
        message.expiration = "15000"
        let outcome = await TimeLimit.result(within: limit) { [message] () -> Result<Void, TransportError> in
            do throws(TransportError) {
                try await connection.publish(
                    message,
                    exchange: AMQPTopology.fleetExchange,
                    routingKey: report.role,
                    mandatory: false
                )
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        guard let outcome else {
            throw TransportError(.timedOut, operation: "message.publish", message: "RabbitMQ takes no messages")
        }
        try outcome.get()
    }

    /// Takes what has come since the last turn, if somebody looks.
    private func listen(on connection: AMQPConnection) async throws(TransportError) {
        guard viewers.isThere else {
            let queue = state.withLock { state in
                defer { (state.queue, state.table, state.heardSince) = (nil, FleetTable(), nil) }
                return state.queue
            }
            if let queue { try await connection.delete(queue: queue) }
            return
        }
        let queue = try await queue(on: connection)
        for _ in 0..<FleetTable.capacity {
            guard let (delivery, _) = try await connection.get(queue: queue) else { return }
            connection.ack(delivery)
            guard let report = FleetReport(parsing: delivery.message.body) else { continue }
            state.withLock { $0.table.hear(report, at: .now) }
        }
    }

    private func queue(on connection: AMQPConnection) async throws(TransportError) -> String {
        if let queue = state.withLock({ $0.queue }) { return queue }
        let queue = "\(AMQPTopology.fleetExchange).\(UUID().uuidString.lowercased())"
        for declaration in AMQPTopology.declarations(forFleetQueue: queue) { try await connection.declare(declaration) }
        state.withLock { state in
            state.queue = queue
            state.heardSince = state.heardSince ?? .now
        }
        return queue
    }

    private func sayGoodbye(_ connection: AMQPConnection) async {
        guard connection.takesPublishes, state.withLock({ $0.isDeclared }) else { return }
        var last = report()
        last.state = LiveState(.warn, "ended")
        last.hasEnded = true
        do throws(TransportError) {
            try await tell(last, on: connection, within: .seconds(1))
            if let queue = state.withLock({ $0.queue }) { try await connection.delete(queue: queue) }
        } catch {
            note(error)
        }
    }

    private func note(_ error: TransportError) {
        // Whatever was there may be gone.
        state.withLock { state in
            state.problem = "\(error.message)."
            state.isDeclared = false
            state.queue = nil
        }
        logger.debug("The fleet is not heard of", metadata: [LogKey.error: "\(error)"])
    }
}
