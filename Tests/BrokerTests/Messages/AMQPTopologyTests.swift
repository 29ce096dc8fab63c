import Synchronization
import Telemetry
import Testing

@testable import Broker
@testable import Transport

@Suite("AMQP topology")
struct AMQPTopologyTests {
    /// Refuses what the test says.
    final class Broker: AMQPDeclaring {
        let refusals: [AMQPDeclaration: TransportError]
        /// Refuses only so often.
        let times: Int
        let asked = Mutex<[AMQPDeclaration]>([])

        init(_ refusals: [AMQPDeclaration: TransportError] = [:], times: Int = .max) {
            self.refusals = refusals
            self.times = times
        }

        func declare(_ declaration: AMQPDeclaration) async throws(TransportError) -> AMQPQueueStatus? {
            let count = asked.withLock { asked in
                asked.append(declaration)
                return asked.count { $0 == declaration }
            }
            if count <= times, let refusal = refusals[declaration] { throw refusal }
            return nil
        }
    }

    let wanted = AMQPTopology.declarations(for: TaskQueueName(.tasks, pipeline: "moths"))

    func error(_ code: TransportError.Code) -> TransportError {
        TransportError(code, operation: "topology.declare", message: "\(code)")
    }

    @Test("Dead letters are there before the queue that needs them")
    func order() async throws {
        let broker = Broker()
        #expect(try await AMQPTopology.ensure(wanted, on: broker).isEmpty)
        #expect(broker.asked.withLock { $0 } == wanted)
        guard case .queue(let name, let durable, _, _, let arguments, _) = wanted.last else {
            Issue.record("no queue")
            return
        }
        #expect(name == "antenna.tasks.moths" && durable)
        #expect(arguments["x-queue-type"] == "quorum" && arguments["x-dead-letter-strategy"] == "at-least-once")
        #expect(arguments["x-overflow"] == "reject-publish" && arguments["x-dead-letter-routing-key"] == "moths")
    }

    @Test(
        "What may not be declared is looked at, and what differs is told",
        arguments: [
            TransportError.Code.accessRefused, .preconditionFailed,
        ]
    )
    func differs(code: TransportError.Code) async throws {
        let queue = try #require(wanted.last)
        let broker = Broker([queue: error(code)])
        #expect(try await AMQPTopology.ensure(wanted, on: broker) == ["\(code)"])
        #expect(broker.asked.withLock { $0.contains(.queue(name: "antenna.tasks.moths", passive: true)) })
    }

    @Test("A queue of tasks that is of another kind is refused, whichever difference the broker names first")
    func otherKind() async throws {
        let queue = try #require(wanted.last)
        let bare = AMQPDeclaration.queue(name: "antenna.tasks.moths", arguments: ["x-queue-type": "quorum"])
        func differs(in argument: String) -> TransportError {
            TransportError(
                .preconditionFailed,
                operation: "topology.declare",
                message: "PRECONDITION_FAILED - inequivalent arg '\(argument)' for queue 'antenna.tasks.moths'"
            )
        }
        for refusals in [
            [queue: differs(in: "x-queue-type")],
            [queue: differs(in: "x-overflow"), bare: differs(in: "x-queue-type")],
        ] {
            let thrown = await #expect(throws: TransportError.self) {
                try await AMQPTopology.ensure(wanted, on: Broker(refusals))
            }
            #expect(thrown?.code == .configuration && thrown?.message.contains("is no quorum queue") == true)
        }
        for refusals in [
            [queue: differs(in: "x-overflow")], [queue: differs(in: "x-overflow"), bare: differs(in: "x-max-length")],
        ] {
            #expect(try await AMQPTopology.ensure(wanted, on: Broker(refusals)).count == 1)
        }
    }

    @Test("Two that declare the same at the same moment: it is tried again, a few times", arguments: [404, 541])
    func race(code: Int32) async throws {
        let queue = try #require(wanted.last)
        let half = TransportError(
            code == 404 ? .notFound : .internal,
            operation: "topology.declare",
            message: "it is there by half",
            nativeCode: code
        )
        let broker = Broker([queue: half], times: 3)
        #expect(try await AMQPTopology.ensure(wanted, on: broker).isEmpty)
        #expect(broker.asked.withLock { $0.count } == wanted.count + 3)
        let thrown = await #expect(throws: TransportError.self) {
            try await AMQPTopology.ensure(wanted, on: Broker([queue: half]))
        }
        #expect(thrown?.nativeCode == code && thrown?.isRaceOfDeclarations == true)
    }

    @Test("What is missing and may not be made is an error")
    func missing() async throws {
        let queue = try #require(wanted.last)
        let broker = Broker([
            queue: error(.accessRefused), .queue(name: "antenna.tasks.moths", passive: true): error(.notFound),
        ])
        let thrown = await #expect(throws: TransportError.self) { try await AMQPTopology.ensure(wanted, on: broker) }
        #expect(thrown?.code == .notFound)
    }
}
