import Telemetry
import TestSupport
import Testing

@testable import Transport

/// A name with several addresses, of which one serves.
@Suite("Addresses of Redis", .timeLimit(.minutes(5)))
struct RedisAddressTests {
    /// What is wrong at the addresses that do not serve.
    enum Fault: String, CaseIterable {
        case nobodyListens
        case silent
        case hangsUp
        case loading
        case readOnly
        case wrongPassword
        case masterDown
    }

    private static let good: @Sendable (String) -> FakeRedis.Answer = { command in
        switch command {
        case "STRLEN": .line(":7")
        case "PING": .line("+PONG")
        default: .line("+OK")
        }
    }

    private func fake(_ fault: Fault, at address: UInt8, port: UInt16) throws -> FakeRedis? {
        guard fault != .nobodyListens else { return nil }
        return try FakeRedis(address, port: port) { command in
            switch fault {
            case .nobodyListens, .silent: .silence
            case .hangsUp: .hangUp
            case .loading: .line("-LOADING Redis is loading the dataset in memory")
            case .readOnly:
                command == "SET" ? .line("-READONLY You can't write against a read only replica.") : Self.good(command)
            case .wrongPassword:
                command == "AUTH" ? .line("-WRONGPASS invalid") : .line("-NOAUTH Authentication required.")
            case .masterDown: command == "AUTH" ? .line("+OK") : .line("-MASTERDOWN Link with MASTER is down")
            }
        }
    }

    /// Somebody silent costs an address' time, which a test waits for; nobody else is hurried, since the machine may be busy.
    private func connection(
        _ addresses: [UInt8],
        port: UInt16,
        isSilent: Bool = false,
        commandTimeout: Duration = .seconds(60)
    ) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: "redis://:secret@redis.test:\(port)/2")
        configuration.connectTimeout = isSilent ? .seconds(1) : .seconds(60)
        configuration.commandTimeout = commandTimeout
        return try RedisClient(configuration: configuration, connections: 1) { host throws(TransportError) in
            addresses.map { HostAddress(host: host, numeric: "127.0.0.\($0)") }
        }
    }

    private func error(_ body: () async throws(TransportError) -> Void) async -> TransportError? {
        do throws(TransportError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("Whatever is wrong at one address, what is asked is answered by another", arguments: Fault.allCases)
    func oneServes(fault: Fault) async throws {
        let port = try LoopbackPort.free(1)[0]
        let bad = [try fake(fault, at: 2, port: port), try fake(fault, at: 3, port: port)]
        let server = try FakeRedis(4, port: port, answer: Self.good)
        // Each begins at an address of its own choice.
        for _ in 0..<6 {
            let connection = try connection([2, 3, 4], port: port, isSilent: fault == .silent)
            try await connection.set("key", parts: [], ttl: .seconds(1))
            #expect(try await connection.strlen("key") == 7)
            #expect(connection.address == "redis.test:\(port) (127.0.0.4)")
            connection.close()
        }
        #expect(server.commands.count { $0 == "SET" } == 6)
        for server in bad + [server] { server?.stop() }
    }

    @Test(
        "Where no address serves, that is said after one round, and nobody is knocked at without an end",
        arguments: Fault.allCases
    )
    func noneServes(fault: Fault) async throws {
        let port = try LoopbackPort.free(1)[0]
        let servers = [try fake(fault, at: 2, port: port), try fake(fault, at: 3, port: port)]
        let isSilent = fault == .silent
        let connection = try connection(
            [2, 3],
            port: port,
            isSilent: isSilent,
            commandTimeout: .seconds(isSilent ? 3 : 60)
        )
        let code = await error { () throws(TransportError) in
            try await connection.set("key", parts: [], ttl: .seconds(1))
        }?.code
        switch fault {
        case .nobodyListens: #expect(code == .refused)
        case .silent: #expect(code == .timedOut)
        case .hangsUp: #expect(code == .closed)
        case .loading, .readOnly, .masterDown: #expect(code == .unavailable)
        case .wrongPassword: #expect(code == .authentication)
        }
        #expect(servers.compactMap(\.self).allSatisfy { $0.connections <= 3 })
        connection.close()
        for server in servers { server?.stop() }
    }

    @Test("A connection that is lost is made to another address")
    func lostAndElsewhere() async throws {
        let port = try LoopbackPort.free(1)[0]
        let servers = try [2, 3].map { address in
            try FakeRedis(address, port: port) { $0 == "EXISTS" ? .hangUp : Self.good($0) }
        }
        let connection = try connection([2, 3], port: port)
        try await connection.set("key", parts: [], ttl: .seconds(1))
        let first = connection.address
        let failure = await error { () throws(TransportError) in _ = try await connection.exists("key") }
        #expect(failure?.code == .closed)
        try await connection.set("key", parts: [], ttl: .seconds(1))
        #expect(connection.address != first)
        connection.close()
        for server in servers { server.stop() }
    }

    @Test("A name that stands for nothing is an error that names it")
    func unknownName() async throws {
        let connection = try RedisClient(configuration: RedisConfiguration(url: "redis://no-such-host.invalid"))
        let failure = await error { () throws(TransportError) in try await connection.ping() }
        #expect(failure?.code == .nameResolution && failure?.message.contains("no-such-host.invalid") == true)
    }
}
