import Telemetry
package import Transport

/// Queues, exchanges and bindings of the contract, and their declaration.
package enum AMQPTopology {
    /// Takes what is dead; the routing key is the pipeline.
    package static let deadExchange = "antenna.dead"
    /// Takes results; the routing key is the reply subject.
    package static let resultsExchange = "antenna.results"
    /// Takes what roles tell of themselves.
    package static let fleetExchange = "antenna.fleet"
    /// The broker's own limit of deliveries, far above the worker's, for tasks that kill every worker before it can count.
    package static let deliveryLimit: Int64 = 20

    /// The topology of a queue of tasks: the queue, and its dead letters.
    ///
    /// - Parameter queue: The queue; for one of dead letters, only that.
    /// - Returns: Declarations, in an order in which they work.
    package static func declarations(for queue: TaskQueueName) -> [AMQPDeclaration] {
        let dead = queue.deadLetters
        let deadLetters: [AMQPDeclaration] = [
            .exchange(name: deadExchange, type: "direct"),
            .queue(name: dead.description, arguments: ["x-queue-type": "quorum"]),
            .binding(queue: dead.description, exchange: deadExchange, routingKey: queue.pipeline),
        ]
        guard queue.kind != .dead else { return deadLetters }
        let arguments: [String: AMQPValue] = [
            "x-queue-type": "quorum",
            "x-delivery-limit": .int(deliveryLimit),
            "x-dead-letter-exchange": .string(deadExchange),
            "x-dead-letter-routing-key": .string(queue.pipeline),
            // Dead letters are confirmed by their queue before they leave this one; the broker wants reject-publish for that.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        ]
        return deadLetters + [.queue(name: queue.description, arguments: arguments)]
    }

    /// The topology for publishing results.
    ///
    /// - Parameter exchange: The exchange's name; `""` is the broker's own and needs nothing.
    /// - Returns: Declarations.
    package static func declarations(forResultsExchange exchange: String) -> [AMQPDeclaration] {
        exchange.isEmpty ? [] : [.exchange(name: exchange, type: "topic")]
    }

    /// The topology for what roles tell of themselves.
    ///
    /// - Parameter declares: Whether the exchange may be made; it has to be there otherwise.
    /// - Returns: Declarations.
    package static func declarations(forFleet declares: Bool) -> [AMQPDeclaration] {
        [.exchange(name: fleetExchange, type: "fanout", passive: !declares)]
    }

    /// The queue of one who looks at the fleet: short, and gone by itself once nobody asks for what is in it.
    ///
    /// - Parameter queue: Its name.
    /// - Returns: Declarations, in an order in which they work.
    package static func declarations(forFleetQueue queue: String) -> [AMQPDeclaration] {
        let arguments: [String: AMQPValue] = [
            "x-queue-type": "classic", "x-expires": 60_000, "x-message-ttl": 15_000, "x-max-length": 1_000,
        ]
        // Not exclusive: after a loss the broker may for a while take it for that of the connection before.
        return [
            .queue(name: queue, arguments: arguments),
            .binding(queue: queue, exchange: fleetExchange, routingKey: ""),
        ]
    }

    /// Declares; where that is refused, checks that the thing is there.
    ///
    /// - Parameters:
    ///   - declarations: What to have.
    ///   - connection: Where.
    /// - Returns: A sentence for each thing that is there but was not declared as wanted, for a warning.
    /// - Throws: ``TransportError`` with code `notFound` when something is missing and must not be made, `configuration` when a queue of
    ///   tasks is none of quorum, or why the broker is away.
    package static func ensure(
        _ declarations: [AMQPDeclaration],
        on connection: any AMQPDeclaring
    ) async throws(TransportError) -> [String] {
        var differences: [String] = []
        for declaration in declarations {
            do throws(TransportError) {
                try await declare(declaration, on: connection)
            } catch {
                guard error.code == .accessRefused || error.code == .preconditionFailed else { throw error }
                if let check = declaration.check { _ = try await connection.declare(check) }
                if error.code == .preconditionFailed { try await refuseOtherKind(declaration, error, on: connection) }
                differences.append(error.message)
            }
        }
        return differences
    }

    /// Refuses a queue of tasks that counts no deliveries, or is never emptied.
    ///
    /// The broker names the first difference only, so it is asked a second time for the kind alone. Where it names another
    /// then, too, the kind is not known, and the queue is taken for what it should be.
    private static func refuseOtherKind(
        _ declaration: AMQPDeclaration,
        _ difference: TransportError,
        on connection: any AMQPDeclaring
    ) async throws(TransportError) {
        guard case .queue(let name, _, _, _, let arguments, _) = declaration,
            let kind = arguments["x-queue-type"], let purpose = TaskQueueName(name)?.kind, purpose != .dead
        else { return }
        var error = difference
        if !error.message.contains("x-queue-type") {
            do throws(TransportError) {
                _ = try await connection.declare(.queue(name: name, arguments: ["x-queue-type": kind]))
                return
            } catch let second where second.code == .preconditionFailed {
                error = second
            }
        }
        guard error.message.contains("x-queue-type") else { return }
        throw TransportError(
            .configuration,
            operation: "topology.declare",
            message:
                "the queue \(name) is no quorum queue: it does not count how often a task was tried, or is never emptied. "
                + "Delete it, and it is made anew (\(error.message))",
            nativeCode: error.nativeCode
        )
    }
}

extension AMQPTopology {
    /// Declares, and again when another client was about it at the same moment.
    private static func declare(
        _ declaration: AMQPDeclaration,
        on connection: any AMQPDeclaring
    ) async throws(TransportError) {
        for attempt in 1...4 {
            do throws(TransportError) {
                _ = try await connection.declare(declaration)
                return
            } catch {
                guard attempt < 4, error.isRaceOfDeclarations, !Task.isCancelled else { throw error }
                // Cut short only by a cancellation, which the next attempt sees.
                try? await Task.sleep(for: .milliseconds(.random(in: 20...100) * attempt))
            }
        }
    }
}

extension TransportError {
    /// Whether a broker answers like this when two clients declare the same at the same moment: it is not there yet, or it is there by half.
    var isRaceOfDeclarations: Bool { operation == "topology.declare" && nativeCode == 404 || nativeCode == 541 }
}

extension AMQPConnection: AMQPDeclaring {}

extension AMQPDeclaration {
    /// The passive form; nil for a binding, which cannot be looked at.
    var check: AMQPDeclaration? {
        switch self {
        case .queue(let name, _, _, _, _, _): .queue(name: name, passive: true)
        case .exchange(let name, let type, _, _): .exchange(name: name, type: type, passive: true)
        case .binding: nil
        }
    }
}
