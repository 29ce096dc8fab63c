import Concurrency
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

/// A broker that is away, or does not let in: what is said of it, and that nobody waits for it at the end.
@Suite("A broker that is away", .timeLimit(.minutes(5)))
struct AMQPAbsenceTests {
    private let log = CapturedLog()

    private func connection(to port: UInt16) throws -> AMQPConnection {
        try AMQPConnection(
            configuration: AMQPConfiguration(url: "amqp://me:secret@127.0.0.1:\(port)/"),
            backoff: Backoff(first: .milliseconds(1), most: .milliseconds(5), jitter: 0.1...1),
            logger: log.logger
        )
    }

    @Test("A request that waits for a silent broker ends when the connection is closed, not when the broker answers")
    func closing() async throws {
        let broker = try LoopbackBroker(.frozen)
        defer { broker.stop() }
        let connection = try connection(to: broker.port)
        let asking = Task { try await connection.status(ofQueue: "any") }
        await connection.closeIfAway()
        let answer = await asking.result
        #expect { try answer.get() } throws: { ($0 as? TransportError)?.code == .closed }
        if case .closed = connection.state {} else { Issue.record("\(connection.state)") }
    }

    @Test("An attempt that fails says that the broker cannot be reached, where and why; nothing was lost")
    func unreachable() async throws {
        let port = try #require(try LoopbackPort.free(1).first)
        let began = ContinuousClock.now
        let connection = try connection(to: port)
        try await eventually { !log.warnings.isEmpty }
        await connection.close()
        let said = try #require(log.warnings.first)
        #expect(said.contains("RabbitMQ cannot be reached"))
        #expect(said.contains("nothing accepts connections at 127.0.0.1:\(port)"), "\(said)")
        // Hundreds of attempts a second.
        #expect(log.warnings.count <= mostLines(since: began))
    }

    @Test("Refused logins are counted, and told as an error that shows no password")
    func refused() async throws {
        let broker = try LoopbackBroker(.refusesLogin)
        defer { broker.stop() }
        let began = ContinuousClock.now
        let connection = try connection(to: broker.port)
        try await eventually { connection.refusedLogins >= 3 }
        await connection.close()
        #expect((1...mostLines(since: began)).contains(log.warnings.count))
        #expect(log.warnings[0].contains("refuses user and password") && log.warnings[0].contains("NO WAY"))
        #expect(!log.warnings[0].contains("secret"))
    }

    @Test("The system says why an address takes no connection")
    func trial() throws {
        let port = try #require(try LoopbackPort.free(1).first)
        let host = HostPort(host: "127.0.0.1", port: port)
        #expect(
            ConnectionTrial.error(connectingTo: HostAddress(host: host, numeric: "127.0.0.1")) == ECONNREFUSED
        )
        let broker = try LoopbackBroker(.frozen)
        defer { broker.stop() }
        let there = HostPort(host: "127.0.0.1", port: broker.port)
        #expect(ConnectionTrial.error(connectingTo: HostAddress(host: there, numeric: "127.0.0.1")) == nil)
    }

    /// What is the same is said once in half a minute, and a busy machine may have taken several of these.
    private func mostLines(since began: ContinuousClock.Instant) -> Int {
        1 + Int((.now - began) / .seconds(30))
    }
}
