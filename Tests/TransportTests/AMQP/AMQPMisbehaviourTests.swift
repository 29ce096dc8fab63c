import Concurrency
import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Transport

/// What a connection does with brokers that let in and then do not work, on loopback.
@Suite("Brokers that misbehave", .timeLimit(.minutes(5)))
struct AMQPMisbehaviourTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private let quick = Backoff(first: .milliseconds(1), most: .seconds(5), jitter: 0.1...1)

    private func configuration(
        _ brokers: LoopbackBroker...,
        adjust: (inout AMQPConfiguration) -> Void = { _ in }
    ) throws -> AMQPConfiguration {
        let hosts = brokers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        var configuration = try AMQPConfiguration(url: "amqp://guest:guest@\(hosts)/")
        // A machine that is busy with everything else makes no broker one that misbehaves.
        configuration.heartbeat = .seconds(600)
        configuration.rpcTimeout = .seconds(600)
        configuration.confirmTimeout = .seconds(600)
        adjust(&configuration)
        return configuration
    }

    /// The attempts that the log counts, once there are so many.
    private func attempts(_ count: Int, at broker: LoopbackBroker, publishing: Bool) async throws -> [String] {
        let log = CapturedLog()
        let connection = try AMQPConnection(
            configuration: configuration(broker),
            backoff: Backoff(first: .milliseconds(1), most: .seconds(60), jitter: 0.1...1),
            logger: log.logger
        )
        for await state in connection.states() {
            if log.warnings.count >= count { break }
            guard publishing, case .connected = state else { continue }
            try await connection.publish(AMQPMessage(body: []), routingKey: "q")
        }
        await connection.close()
        broker.stop()
        return log.warnings.prefix(count).map { line in
            line.firstMatch(of: /"attempt": ?(\d+)/).map { String($0.1) } ?? line
        }
    }

    @Test("A broker that closes right after the login is tried less and less often")
    func closesAfterLogin() async throws {
        let broker = try LoopbackBroker(.closesAfterLogin)
        #expect(try await attempts(7, at: broker, publishing: false) == ["1", "2", "3", "4", "5", "6", "7"])
    }

    @Test("A broker that has confirmed something is tried again at once when it goes")
    func closesAfterWork() async throws {
        let broker = try LoopbackBroker(.closesAfterConfirm)
        #expect(try await attempts(4, at: broker, publishing: true) == ["1", "1", "1", "1"])
    }

    @Test("A host that is frozen is left for the next one, whichever comes first")
    func frozen() async throws {
        let (frozen, sound) = (try LoopbackBroker(.frozen), try LoopbackBroker(.confirms(refusingFirstChannel: false)))
        for seed in 0..<4 as Range<UInt64> {
            let connection = try await AMQPConnection.connect(
                configuration(frozen, sound) { $0.connectTimeout = .seconds(2) },
                generator: SeededGenerator(seed: seed),
                logger: logger
            )
            try await connection.publish(AMQPMessage(body: []), routingKey: "q")
            #expect(connection.address == "127.0.0.1:\(sound.port)")
            await connection.close()
        }
        frozen.stop()
        sound.stop()
    }

    @Test("Of what waits to be sent that goes first which somebody waits for, and the rest has every fourth turn")
    func lanes() async throws {
        let broker = try LoopbackBroker(.confirms(refusingFirstChannel: false))
        let proxy = try TCPProxy(to: broker.port)
        defer {
            proxy.stop()
            broker.stop()
        }
        proxy.freeze()
        let configuration = try AMQPConfiguration(url: "amqp://guest:guest@127.0.0.1:\(proxy.port)/")
        let connection = try AMQPConnection(configuration: configuration, backoff: quick, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                let lane: Lane = number < 8 ? .batch : .interactive
                group.addTask {
                    try await Lane.$current.withValue(lane) {
                        try await connection.publish(AMQPMessage(body: []), routingKey: "\(lane)")
                    }
                }
            }
            try await eventually { connection.mailbox.progress.waiting == 12 }
            proxy.thaw()
            try await group.waitForAll()
        }
        let order = broker.published.map { $0.prefix(1) }.joined()
        #expect(order == "iiibi" + String(repeating: "b", count: 7))
        await connection.close()
    }

    @Test("Where no address can be used, the error is that of the one that answered")
    func noneUsable() async throws {
        let (frozen, port) = (try LoopbackBroker(.frozen), try LoopbackPort.free(1)[0])
        var configuration = try AMQPConfiguration(url: "amqp://127.0.0.1:\(frozen.port),127.0.0.1:\(port)")
        configuration.connectTimeout = .milliseconds(100)
        for seed in 0..<4 as Range<UInt64> {
            let error = await #expect(throws: TransportError.self) {
                try await AMQPConnection.connect(
                    configuration,
                    generator: SeededGenerator(seed: seed),
                    logger: logger
                )
            }
            #expect(error?.code == .timedOut)
        }
        frozen.stop()
    }

    @Test("A confirm that is late ends the connection; the next one gets the message")
    func late() async throws {
        let (silent, sound) = (
            try LoopbackBroker(.neverConfirms), try LoopbackBroker(.confirms(refusingFirstChannel: false))
        )
        let connection = try AMQPConnection(
            configuration: configuration(silent, sound) { $0.confirmTimeout = .milliseconds(100) },
            backoff: quick,
            generator: SeededGenerator(seed: 1),
            logger: logger
        )
        // The sound one may be late, too, on a busy machine; the silent one never confirms.
        try await eventually {
            do throws(TransportError) {
                try await connection.publish(AMQPMessage(body: []), routingKey: "q")
                return true
            } catch {
                #expect(error.code == .timedOut && error.message.contains("did not confirm"))
                return false
            }
        }
        #expect(connection.address == "127.0.0.1:\(sound.port)")
        await connection.close()
        silent.stop()
        sound.stop()
    }

    @Test("After a time of refusals alone the channel is opened anew, and the connection stays")
    func refused() async throws {
        let broker = try LoopbackBroker(.confirms(refusingFirstChannel: true))
        let connection = try AMQPConnection(
            configuration: configuration(broker) { $0.refusalPatience = .milliseconds(100) },
            logger: logger
        )
        var refusals = 0
        try await eventually {
            do throws(TransportError) {
                try await connection.publish(AMQPMessage(body: []), routingKey: "q")
                return true
            } catch {
                #expect(error.code == .nacked)
                refusals += 1
                return false
            }
        }
        #expect(refusals > 0)
        #expect(broker.channels == 2)
        #expect(broker.logins.count == 1 && connection.losses == 0)
        await connection.close()
        broker.stop()
    }

    @Test("A password that was changed in its file is used at the next login")
    func renewed() async throws {
        let broker = try LoopbackBroker(.closesAfterLogin)
        let file = try PackagePaths.scratch("amqp-login").appending(path: "url")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        try Data("amqp://changed:p@host/".utf8).write(to: file)
        let connection = try AMQPConnection(
            configuration: configuration(broker) { $0.urlFile = SecretFile(path: file.path) },
            backoff: quick,
            logger: logger
        )
        for await state in connection.states() {
            if case .reconnecting = state { break }
        }
        #expect(broker.logins.first == "changed")
        try Data("amqp://again:p@host/".utf8).write(to: file)
        for await state in connection.states() {
            if case .reconnecting = state, broker.logins.last == "again" { break }
        }
        await connection.close()
        broker.stop()
    }
}
