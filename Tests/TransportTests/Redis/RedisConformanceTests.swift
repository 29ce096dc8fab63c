import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Transport

/// What the client makes of a server that does not do as it should: an error that says what to do about it, never a wrong value, and a
/// client that goes on afterwards.
@Suite("A Redis that misbehaves", .timeLimit(.minutes(5)))
struct RedisConformanceTests {
    /// What a client can ask for, by the name of its command.
    enum Question: String, CaseIterable {
        case get = "GET"
        case bytes = "GETRANGE"
        case strlen = "STRLEN"
        case exists = "EXISTS"
        case set = "SET"
        case ping = "PING"
    }

    /// Memory of a hundred bytes that a test lends.
    private final class Place: @unchecked Sendable {
        // The test reads it only after the call that fills it has returned.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        deinit { memory.deallocate() }
        func rent(_ size: Int) throws -> UnsafeMutableRawBufferPointer {
            guard size <= memory.count else { throw TestEnvironmentError("\(size) bytes") }
            return UnsafeMutableRawBufferPointer(rebasing: memory[..<size])
        }
    }

    /// A server that answers as it should, but for one command, which gets these answers first.
    private func server(_ question: Question, _ answers: [FakeRedis.Answer] = []) throws -> (
        fake: FakeRedis, port: UInt16
    ) {
        let port = try LoopbackPort.free(1)[0]
        let script = Mutex(answers)
        let fake = try FakeRedis(1, port: port) { command in
            if command == question.rawValue {
                let answer = script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if let answer { return answer }
            }
            switch command {
            case "GET", "GETRANGE": return .bytes("$3\r\nabc\r\n")
            case "STRLEN": return .line(":7")
            case "EXISTS": return .line(":1")
            case "PING": return .line("+PONG")
            default: return .line("+OK")
            }
        }
        return (fake, port)
    }

    private func client(_ port: UInt16, commandTimeout: Duration = .seconds(60)) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(port)")
        (configuration.connectTimeout, configuration.commandTimeout) = (.seconds(60), commandTimeout)
        return try RedisClient(configuration: configuration, connections: 1)
    }

    /// What was answered, in words; throws what the client throws.
    private func ask(_ question: Question, _ client: RedisClient) async throws(TransportError) -> String {
        switch question {
        case .get:
            let place = Place()
            guard let size = try await client.get("key", into: place.rent) else { return "none" }
            return String(decoding: place.memory[..<size], as: UTF8.self)
        case .bytes: return String(decoding: try await client.bytes(of: "key", from: 0, through: 9), as: UTF8.self)
        case .strlen: return "\(try await client.strlen("key"))"
        case .exists: return "\(try await client.exists("key"))"
        case .set:
            try await client.set("key", parts: [], ttl: .seconds(1))
            return "set"
        case .ping:
            try await client.ping()
            return "pong"
        }
    }

    private func failure(_ question: Question, _ client: RedisClient) async -> TransportError? {
        do throws(TransportError) {
            let answer = try await ask(question, client)
            Issue.record("\(question) was answered with \(answer)")
            return nil
        } catch {
            return error
        }
    }

    private static let good: [Question: String] = [
        .get: "abc", .bytes: "abc", .strlen: "7", .exists: "true", .set: "set", .ping: "pong",
    ]

    @Test("A server that does as it should is understood", arguments: Question.allCases)
    func good(question: Question) async throws {
        let (fake, port) = try server(.ping)
        let client = try client(port)
        #expect(try await ask(question, client) == Self.good[question])
        client.close()
        fake.stop()
    }

    @Test(
        "What is no answer, or not to what was asked, is an error; the next question is answered",
        arguments: [
            "$10\r\nabc\r\n+1\r\n", "$3\r\nabcdef\r\n", "$3\r\nabcd\r\n", "HTTP/1.1 200 OK\r\n\r\n", "\r\n", "\n",
            "+OK\n",
            "+\(String(repeating: "x", count: 70_000))", "-\(String(repeating: "x", count: 70_000))",
            "$x\r\n", "$\r\n", "$-2\r\n", "$ 3\r\nabc\r\n", "$99999999999999999999\r\n", "$9223372036854775807\r\nabc",
            "$600000000\r\nabc", ":\r\n", ":x\r\n", ":9223372036854775808\r\n", ":1.5\r\n",
            "*1\r\n", "*0\r\n", "*-1\r\n", "*2147483647\r\n", "*1\r\n*2147483647\r\n", "*-2\r\n", "%1\r\n",
            "~1000000000\r\n",
            ">2\r\n+a\r\n+b\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", "(12345678901234567890\r\n",
            "=15\r\ntxt:Some string\r\n",
            "!10\r\nERR broken\r\n", "|1\r\n+a\r\n+b\r\n", "\u{0}\u{0}\u{0}\u{0}",
        ],
        [Question.get, .bytes, .strlen, .ping]
    )
    func nonsense(answer: String, question: Question) async throws {
        let (fake, port) = try server(question, [.lastBytes(answer)])
        let client = try client(port)
        let error = await failure(question, client)
        #expect([.protocolViolation, .tooLarge, .closed].contains(error?.code), "\(String(describing: error))")
        #expect(error?.isRetriable == true || error?.code == .tooLarge)
        #expect(try await ask(question, client) == Self.good[question])
        client.close()
        fake.stop()
    }

    @Test(
        "An answer of another kind than asked for is an error",
        arguments: [
            (Question.get, "+OK"), (.get, ":1"), (.bytes, "+OK"), (.bytes, "$-1"), (.strlen, "+OK"), (.strlen, "$-1"),
            (.exists, "+OK"), (.set, ":1"), (.set, "$-1"), (.ping, "+OK"), (.ping, ":1"), (.ping, "$-1"),
        ]
    )
    func otherKind(question: Question, answer: String) async throws {
        let (fake, port) = try server(question, [.line(answer)])
        let client = try client(port)
        #expect(await failure(question, client)?.code == .protocolViolation)
        #expect(try await ask(question, client) == Self.good[question])
        client.close()
        fake.stop()
    }

    @Test(
        "A refusal says what kind it is, and the connection goes on",
        arguments: [
            ("OOM command not allowed when used memory > 'maxmemory'.", TransportError.Code.outOfMemory),
            ("LOADING Redis is loading the dataset in memory", .unavailable),
            ("READONLY You can't write against a read only replica.", .unavailable),
            ("MASTERDOWN Link with MASTER is down", .unavailable),
            ("BUSY Redis is busy running a script", .unavailable),
            ("MISCONF Redis is configured to save RDB snapshots", .unavailable), ("CLUSTERDOWN it is", .unavailable),
            ("TRYAGAIN later", .unavailable), ("NOREPLICAS Not enough good replicas to write.", .unavailable),
            ("NOPERM this user has no permissions", .accessRefused),
            ("NOAUTH Authentication required.", .authentication),
            ("WRONGPASS invalid username-password pair", .authentication),
            ("WRONGTYPE not a string", .preconditionFailed),
            ("MOVED 3999 10.0.0.1:6381", .rejected), ("ERR unknown command", .rejected), ("", .rejected),
        ],
        [Question.get, .bytes, .set, .exists]
    )
    func refusal(line: (text: String, code: TransportError.Code), question: Question) async throws {
        let (fake, port) = try server(question, [.line("-\(line.text)")])
        let client = try client(port)
        #expect(await failure(question, client)?.code == line.code)
        #expect(try await ask(question, client) == Self.good[question])
        #expect(fake.connections == 1)
        client.close()
        fake.stop()
    }

    @Test("A server that trickles cannot outlive the time limit", arguments: [Question.get, .bytes, .strlen, .ping])
    func trickle(question: Question) async throws {
        // Twice as long as the limit, and whole in the end: whoever waits for each byte anew takes it.
        let digits = String(repeating: "0", count: 99)
        let text =
            switch question {
            case .get, .bytes: "$99\r\n\(digits)\r\n"
            case .strlen: ":\(digits)7\r\n"
            default: "+PONG\(digits)\r\n"
            }
        let (fake, port) = try server(question, [.trickle(text)])
        let client = try client(port, commandTimeout: .milliseconds(500))
        #expect(await failure(question, client)?.code == .timedOut)
        client.close()
        fake.stop()
    }

    @Test("What comes in single bytes in time is taken", arguments: [Question.get, .bytes])
    func pieces(question: Question) async throws {
        let (fake, port) = try server(question, [.trickle("$12\r\na\r\nb$-1\r\nxyz\r\n")])
        let client = try client(port)
        #expect(try await ask(question, client) == "a\r\nb$-1\r\nxyz")
        client.close()
        fake.stop()
    }

    @Test("An empty value is none of the errors", arguments: [Question.get, .bytes])
    func empty(question: Question) async throws {
        let (fake, port) = try server(question, [.line("$0\r\n")])
        let client = try client(port)
        #expect(try await ask(question, client) == "")
        client.close()
        fake.stop()
    }

    @Test(
        "A connection lost in the middle fails what was asked, and nothing else",
        arguments: Question.allCases,
        [
            FakeRedis.Answer.hangUp, .lastBytes("$"), .lastBytes("$3\r\nab"), .lastBytes("$3\r\nabc\r"),
            .lastBytes("-OO"),
        ]
    )
    func lost(question: Question, answer: FakeRedis.Answer) async throws {
        let (fake, port) = try server(question, [answer])
        let client = try client(port)
        #expect(await failure(question, client)?.code == .closed)
        #expect(try await ask(question, client) == Self.good[question])
        client.close()
        fake.stop()
    }

    @Test("A late answer is not taken for that to the next question")
    func late() async throws {
        let (fake, port) = try server(.strlen, [.silence])
        let client = try client(port, commandTimeout: .seconds(5))
        #expect(await failure(.strlen, client)?.code == .timedOut)
        // The next one may be late, too, on a busy machine; it has a connection of its own.
        try await eventually { (try? await ask(.strlen, client)) == "7" }
        #expect(fake.connections >= 2)
        client.close()
        fake.stop()
    }

    @Test(
        "A second answer to one question is not taken for that to the next",
        arguments: [Question.strlen, .bytes, .get]
    )
    func doubled(question: Question) async throws {
        let once = question == .strlen ? ":1\r\n" : "$1\r\n1\r\n"
        let (fake, port) = try server(question, [.bytes(once + once)])
        let client = try client(port)
        #expect(try await ask(question, client) == "1")
        #expect(try await ask(question, client) == Self.good[question])
        client.close()
        fake.stop()
    }

    @Test("Closing ends what waits, at once and for good")
    func closed() async throws {
        let (fake, port) = try server(.strlen, [.silence])
        let client = try client(port, commandTimeout: .seconds(3_600))
        async let waiting = failure(.strlen, client)
        try await eventually { fake.commands.contains("STRLEN") }
        async let behind = failure(.exists, client)
        client.close()
        for error in await [waiting, behind, failure(.ping, client)] {
            #expect(error?.code == .closed && error?.isRetriable == false)
        }
        fake.stop()
    }

    @Test("A password that is refused is said to be, without it")
    func password() async throws {
        let port = try LoopbackPort.free(1)[0]
        let fake = try FakeRedis(1, port: port) {
            $0 == "AUTH" ? .line("-ERR no user 'worker' with s3cret") : .line("+PONG")
        }
        let client = try RedisClient(
            configuration: RedisConfiguration(url: "redis://worker:s3cret@127.0.0.1:\(port)"),
            connections: 1
        )
        let error = await failure(.ping, client)
        #expect(error?.code == .authentication && "\(error.map { "\($0)" } ?? "")".contains("s3cret") == false)
        client.close()
        fake.stop()
    }
}
