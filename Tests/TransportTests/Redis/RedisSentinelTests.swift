import Telemetry
import TestSupport
import Testing

@testable import Transport

/// Sentinels that answer as the test says.
@Suite("Redis behind Sentinels", .timeLimit(.minutes(5)))
struct RedisSentinelTests {
    private static let good: @Sendable (String) -> FakeRedis.Answer = { command in
        switch command {
        case "STRLEN": .line(":7")
        case "PING": .line("+PONG")
        default: .line("+OK")
        }
    }

    private static func names(_ port: UInt16) -> FakeRedis.Answer {
        .bytes("*2\r\n$9\r\n127.0.0.4\r\n$\("\(port)".count)\r\n\(port)\r\n")
    }

    private func client(_ port: UInt16, patience: Duration = .seconds(60)) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: "redis+sentinel://two:\(port),three:\(port)/images")
        configuration.connectTimeout = patience
        configuration.commandTimeout = .seconds(60)
        return try RedisClient(configuration: configuration, connections: 1) { host throws(TransportError) in
            let last = ["two": "2", "three": "3"][host.host]
            return [HostAddress(host: host, numeric: last.map { "127.0.0.\($0)" } ?? host.host)]
        }
    }

    @Test(
        "A Sentinel that does not tell is left for the next",
        arguments: [
            FakeRedis.Answer.silence, .hangUp, .line("*-1"), .line("*0"), .line("+OK"), .line("$-1"), .line("-ERR no"),
            .line("*1000000000"), .line("*2\r\n*1000000000"), .bytes("*2\r\n$4\r\nhost\r\n$1\r\n0\r\n"),
            .bytes("*2\r\n$4\r\nho\u{0}t\r\n$4\r\n6379\r\n"), .bytes("*2\r\n:1\r\n:2\r\n"), .line("*2\r\n$2000000"),
        ]
    )
    func next(answer: FakeRedis.Answer) async throws {
        let port = try LoopbackPort.free(1)[0]
        let wrong = try FakeRedis(2, port: port) { $0 == "SENTINEL" ? answer : Self.good($0) }
        let right = try FakeRedis(3, port: port) { $0 == "SENTINEL" ? Self.names(port) : Self.good($0) }
        let master = try FakeRedis(4, port: port, answer: Self.good)
        let isSilent = if case .silence = answer { true } else { false }
        for _ in 0..<4 {
            let client = try client(port, patience: .seconds(isSilent ? 1 : 60))
            #expect(try await client.strlen("key") == 7)
            #expect(client.address == "127.0.0.4:\(port)")
            client.close()
        }
        #expect(master.commands.count { $0 == "STRLEN" } == 4)
        for server in [wrong, right, master] { server.stop() }
    }

    @Test("Where no Sentinel tells, that is said after one round")
    func nobody() async throws {
        let port = try LoopbackPort.free(1)[0]
        let sentinels = try [2, 3].map { address in
            try FakeRedis(address, port: port) { $0 == "SENTINEL" ? .line("*-1") : Self.good($0) }
        }
        let client = try client(port)
        let error = await #expect(throws: TransportError.self) { try await client.ping() }
        #expect(error?.code == .notFound && error?.isRetriable == true)
        #expect(sentinels.map(\.connections) == [1, 1])
        client.close()
        for server in sentinels { server.stop() }
    }

    @Test("A master that has become a replica is left for the one that the Sentinels name then")
    func failover() async throws {
        let port = try LoopbackPort.free(1)[0]
        let sentinels = try [2, 3].map { address in
            try FakeRedis(address, port: port) { $0 == "SENTINEL" ? Self.names(port) : Self.good($0) }
        }
        let old = try FakeRedis(4, port: port) { $0 == "SET" ? .line("-READONLY no") : Self.good($0) }
        let client = try client(port)
        let error = await #expect(throws: TransportError.self) {
            try await client.set("key", parts: [], ttl: .seconds(1))
        }
        // Both Sentinels were asked, and name the same one still.
        #expect(error?.code == .unavailable && old.commands.count { $0 == "SET" } == 2)
        client.close()
        for server in sentinels + [old] { server.stop() }
    }
}
