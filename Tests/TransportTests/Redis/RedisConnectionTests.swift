import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Transport

/// Memory that tests lend to a connection.
private final class Lent: @unchecked Sendable {
    // The test reads it only after the call that fills it has returned.
    let memory: UnsafeMutableRawBufferPointer
    init(_ size: Int) { memory = .allocate(byteCount: size, alignment: 16) }
    deinit { memory.deallocate() }
    var parts: [UnsafeRawBufferPointer] { [UnsafeRawBufferPointer(memory)] }
    func fill() { for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8) } }
    func equals(_ other: Lent) -> Bool {
        guard let mine = memory.baseAddress, let theirs = other.memory.baseAddress else { return false }
        return memory.count == other.memory.count && memcmp(mine, theirs, memory.count) == 0
    }
    func place(_ size: Int) throws -> UnsafeMutableRawBufferPointer {
        guard size == memory.count else { throw TestEnvironmentError("a value of \(size) bytes") }
        return memory
    }
}

extension ServerTests {
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct RedisConnectionTests {
        private func connection(
            _ url: String,
            connections: Int = 1,
            _ adjust: (inout RedisConfiguration) -> Void = { _ in }
        ) throws -> RedisClient {
            var configuration = try RedisConfiguration(url: url)
            // One that is late on a busy machine is none that fails.
            (configuration.connectTimeout, configuration.commandTimeout) = (.seconds(100), .seconds(100))
            adjust(&configuration)
            return try RedisClient(configuration: configuration, connections: connections)
        }

        private func error(_ body: () async throws -> Void) async -> TransportError? {
            do {
                try await body()
                return nil
            } catch {
                return error as? TransportError
            }
        }

        @Test("Large values of several parts come back bit for bit, many at once")
        func largeValues() async throws {
            let client = try connection(try await RedisServer.shared().url, connections: 4)
            let sent = Lent(5_000_003)
            sent.fill()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let whole = UnsafeRawBufferPointer(sent.memory)
                        let parts = [whole[..<7], whole[7..<1_000_000], whole[1_000_000...]]
                        let key = "large-\(number)"
                        try await client.set(
                            key,
                            parts: parts.map(UnsafeRawBufferPointer.init(rebasing:)),
                            ttl: .seconds(60)
                        )
                        let received = Lent(sent.memory.count)
                        #expect(try await client.get(key, into: received.place) == sent.memory.count)
                        #expect(received.equals(sent))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.exists("large-0"))
            #expect(try await client.del("large-0"))
            #expect(try await client.del("large-0") == false)
            #expect(try await client.get("large-0", into: sent.place) == nil)
            #expect(Int(try await client.info("memory")["used_memory"] ?? "") ?? 0 > 7 * 5_000_003)
            client.close()
            let late = await error { try await client.ping() }
            #expect(late?.code == .closed && late?.isRetriable == false)
        }

        @Test("A value that the caller refuses is read past, and the connection goes on")
        func refusedPlace() async throws {
            let connection = try connection(try await RedisServer.shared().url)
            let value = Lent(300_000)
            value.fill()
            try await connection.set("refused", parts: value.parts, ttl: .seconds(60))
            let refusal = await error { _ = try await connection.get("refused", into: Lent(5).place) }
            #expect(refusal?.code == .tooLarge && refusal?.underlying is TestEnvironmentError)
            try await connection.ping()
            #expect(try await connection.get("refused", into: value.place) == 300_000)
        }

        @Test("Out of memory, wrong password and wrong type are told apart")
        func refusals() async throws {
            let server = try await RedisServer(
                arguments: [
                    "--maxmemory", "2mb", "--maxmemory-policy", "noeviction", "--requirepass", "geheim",
                ]
            )
            let port = server.port
            let connection = try connection("redis://:geheim@127.0.0.1:\(port)/1")
            let value = Lent(3 << 20)
            value.fill()
            var failure = await error { try await connection.set("a", parts: value.parts, ttl: .seconds(60)) }
            if failure == nil {
                // The first value passes the check, which looks at the memory before it is stored.
                failure = await error { try await connection.set("b", parts: value.parts, ttl: .seconds(60)) }
            }
            #expect(failure?.code == .outOfMemory && failure?.isRetriable == true)
            try await connection.ping()
            for url in ["redis://:falsch@127.0.0.1:\(port)", "redis://127.0.0.1:\(port)"] {
                let stranger = try self.connection(url)
                let refusal = await error { try await stranger.ping() }
                #expect(refusal?.code == .authentication && refusal?.isRetriable == false)
                #expect("\(refusal.map(String.init(describing:)) ?? "")".contains("falsch") == false)
            }
            try await server.discard()
        }

        @Test(
            "Trying out finds what a sign of life does not: a replica, a full server, missing rights",
            arguments: [
                ("REPLICAOF 127.0.0.1 1", TransportError.Code.unavailable), ("CONFIG SET maxmemory 1", .outOfMemory),
                ("ACL SETUSER default -set", .accessRefused), ("ACL SETUSER default -getrange", .accessRefused),
                ("ACL SETUSER default resetkeys ~other:*", .accessRefused),
            ]
        )
        func tryingOut(command: String, code: TransportError.Code) async throws {
            let server = try await RedisServer()
            let client = try connection(server.url, connections: 4)
            try await client.tryOut(key: "antenna:tensor:probe")
            try await server.command(command)
            try await client.ping()
            let failure = await error { try await client.tryOut(key: "antenna:tensor:probe") }
            #expect(failure?.code == code)
            try await server.discard()
        }

        @Test("A frozen server costs the time limit, not more; afterwards the same connection object works")
        func frozen() async throws {
            let server = try await RedisServer()
            let connection = try connection(server.url) { $0.commandTimeout = .milliseconds(300) }
            try await eventually { await error { try await connection.ping() } == nil }
            server.freeze()
            let value = Lent(20 << 20)
            let failure = await error { try await connection.set("a", parts: value.parts, ttl: .seconds(1)) }
            #expect(failure?.code == .timedOut && failure?.isRetriable == true)
            server.thaw()
            // The server may need a moment for what it was sent before it was frozen.
            try await eventually { await error { try await connection.ping() } == nil }
            try await server.kill()
            // Once it is heard of; until then it is late.
            try await eventually {
                let dead = await error { try await connection.ping() }
                return dead?.code == .refused || dead?.code == .closed
            }
            try await server.start()
            try await eventually { await error { try await connection.ping() } == nil }
            try await server.discard()
        }

        @Test("A socket of this machine is as good as a port, also with a password and another database")
        func unixSocket() async throws {
            let path = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString.prefix(8))")
                .path
            let server = try await RedisServer(arguments: ["--unixsocket", path, "--requirepass", "geheim"])
            let client = try connection("unix://:geheim@\(path)?db=3")
            let (sent, received) = (Lent(3_000_000), Lent(3_000_000))
            sent.fill()
            try await client.set("a", parts: sent.parts, ttl: .seconds(60))
            #expect(try await client.get("a", into: received.place) == sent.memory.count)
            #expect(received.equals(sent) && client.address == path)
            let elsewhere = try connection("redis://:geheim@127.0.0.1:\(server.port)/3")
            #expect(try await elsewhere.strlen("a") == sent.memory.count)
            try await server.discard()
            let failure = await error { try await client.ping() }
            #expect(failure?.code == .connectFailed || failure?.code == .refused)
        }

        @Test("A connection that the server ends while nothing is asked costs no command")
        func endedWhileIdle() async throws {
            let server = try await RedisServer()
            let client = try connection(server.url)
            for _ in 0..<20 {
                try await client.ping()
                try await server.command("CLIENT KILL TYPE normal")
            }
            try await client.ping()
            try await server.discard()
        }

        @Test(
            "Keys are bytes",
            arguments: ["", "a b\r\n$3\r\n", "schlüssel\u{0}🦋", String(repeating: "k", count: 70_000)]
        )
        func oddKeys(key: String) async throws {
            let client = try connection(try await RedisServer.shared().url)
            let value = Lent(33)
            value.fill()
            try await client.set(key, parts: value.parts, ttl: .seconds(60))
            #expect(try await client.strlen(key) == 33)
            #expect(try await client.bytes(of: key, from: 0, through: 40) == Array(value.memory))
            #expect(try await client.del(key))
        }

        @Test("The master that a Sentinel names is asked, and the next one after a failover")
        func sentinel() async throws {
            let (master, other) = (try await RedisServer(), try await RedisServer())
            let sentinel = try await RedisServer(sentinelOf: master, service: "images")
            let client = try connection("redis+sentinel://127.0.0.1:\(sentinel.port)/images/1")
            try await client.set("a", parts: [], ttl: .seconds(60))
            #expect(client.address == "127.0.0.1:\(master.port)")
            let nobody = try connection("redis+sentinel://127.0.0.1:\(sentinel.port)/nobody")
            #expect(await error { try await nobody.ping() }?.code == .notFound)
            // What a failover looks like to a client.
            try await sentinel.command("SENTINEL REMOVE images")
            try await sentinel.command("SENTINEL MONITOR images 127.0.0.1 \(other.port) 1")
            try await master.discard()
            try await eventually { await error { try await client.ping() } == nil }
            #expect(client.address == "127.0.0.1:\(other.port)")
            try await sentinel.discard()
            try await other.discard()
        }
    }
}
