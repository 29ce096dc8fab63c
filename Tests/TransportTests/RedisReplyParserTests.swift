import TestSupport
import Testing

@testable import Transport

@Suite("Redis answers, whatever pieces they come in")
struct RedisReplyParserTests {
    /// All events of a text given in pieces of `step` bytes; the value's bytes are joined.
    private func events(
        _ text: String,
        step: Int,
        limit: Int = 100
    ) throws(RedisReplyParser.Violation) -> ([RedisReplyParser.Event], value: [UInt8], isMidway: Bool) {
        var parser = RedisReplyParser(valueLimit: limit)
        var events: [RedisReplyParser.Event] = []
        var value: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: step) {
            let piece = Array(bytes[start..<min(bytes.count, start + step)])
            let result = piece.withUnsafeBytes { buffer -> Result<Void, RedisReplyParser.Violation> in
                Result { () throws(RedisReplyParser.Violation) in
                    var rest = buffer
                    while true {
                        let before = rest
                        guard let event = try parser.next(&rest) else { break }
                        if case .valueBytes(let count) = event {
                            value += before.prefix(count)
                        } else {
                            events.append(event)
                        }
                    }
                }
            }
            try result.get()
        }
        return (events, value, parser.isMidway)
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func everyKindInPieces(step: Int) throws {
        let text = "+OK\r\n-OOM no\r\n:-12\r\n$-1\r\n$0\r\n\r\n$6\r\na\r\nb\r\n\r\n+PONG\r\n"
        let (events, value, isMidway) = try events(text, step: step)
        #expect(
            events == [
                .status("OK"), .error("OOM no"), .integer(-12), .null, .valueBegins(0), .valueEnds, .valueBegins(6),
                .valueEnds, .status("PONG"),
            ]
        )
        #expect(value == Array("a\r\nb\r\n".utf8) && !isMidway)
    }

    @Test("Cut off anywhere, the answer is not complete and nothing is made up")
    func truncated() throws {
        let text = "$3\r\nabc\r\n"
        for length in 1..<text.utf8.count {
            let (events, _, isMidway) = try events(String(decoding: text.utf8.prefix(length), as: UTF8.self), step: 1)
            #expect(isMidway && !events.contains(.valueEnds), "cut after \(length)")
        }
    }

    @Test(arguments: [
        "*1\r\n", "HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "$-2\r\n", ":1.5\r\n", "+OK\n", "$101\r\n", "$1\r\nabc",
        "$99999999999999999999\r\n", "\r\n",
    ])
    func garbage(text: String) {
        #expect(throws: RedisReplyParser.Violation.self) { try events(text, step: 3) }
    }

    @Test("A line without end is refused before it fills the memory")
    func endlessLine() {
        #expect(throws: RedisReplyParser.Violation.self) {
            try events("+" + String(repeating: "a", count: 5000), step: 100)
        }
    }

    @Test("Bytes that the kernel wrote elsewhere count as taken")
    func direct() throws {
        var parser = RedisReplyParser(valueLimit: 100)
        func next(_ text: String) throws -> RedisReplyParser.Event? {
            try Array(text.utf8).withUnsafeBytes { buffer in
                var rest = buffer
                return try parser.next(&rest)
            }
        }
        #expect(try next("$10\r\n") == .valueBegins(10))
        parser.tookDirectly(4)
        #expect(parser.valueLeft == 6)
        parser.tookDirectly(6)
        #expect(parser.valueLeft == 0)
        #expect(try next("\r\n") == .valueEnds)
    }

    @Test(arguments: [
        ("OOM command not allowed", TransportError.Code.outOfMemory, true),
        ("LOADING Redis is loading the dataset in memory", .unavailable, true),
        ("READONLY You can't write against a read only replica.", .unavailable, true),
        ("WRONGTYPE Operation against a key", .preconditionFailed, false),
        ("NOAUTH Authentication required.", .authentication, false),
        ("WRONGPASS invalid username-password pair", .authentication, false),
        ("ERR unknown command", .rejected, false), ("NOPERM this user has no permissions", .accessRefused, false),
        ("MOVED 3999 10.0.0.1:6381", .rejected, false), ("ASK 3999 10.0.0.1:6381", .rejected, false),
        ("MASTERDOWN Link with MASTER is down", .unavailable, true),
        ("CLUSTERDOWN The cluster is down", .unavailable, true),
        ("", .rejected, false),
    ])
    func errors(line: String, code: TransportError.Code, isRetriable: Bool) {
        let error = TransportError.redis(line, operation: "redis.get")
        #expect(error.code == code && error.isRetriable == isRetriable)
    }

    @Test(
        "A cluster is named as the reason, and a login is refused without the server's words, which can hold the password"
    )
    func sentences() {
        #expect(TransportError.redis("MOVED 3999 10.0.0.1:6381", operation: "redis.set").message.contains("cluster"))
        let line = "ERR unknown command 'AUTH', with args beginning with: 's3cret'"
        for line in [line, "WRONGPASS s3cret", "ERR s3cret"] {
            let error = TransportError.redis(line, operation: "redis.auth")
            #expect(error.code == .authentication && !"\(error)".contains("s3cret"))
        }
        #expect(TransportError.redis("LOADING wait", operation: "redis.auth").code == .unavailable)
    }

    @Test("A hundred thousand hostile answers, in pieces, end in events or a violation")
    func fuzz() async {
        let examples = [
            "+OK\r\n", "-OOM no\r\n", ":-12\r\n", "$-1\r\n", "$6\r\na\r\nb\r\n\r\n", "$0\r\n\r\n", "*2\r\n+a\r\n:1\r\n",
        ]
        let words = ["\r\n", "$", "$-1", ":", "-", "+", "*", "9223372036854775807\r\n", "$2147483648\r\n"]
        var piece = 1
        var longest = 0
        await aside {
            for input in FuzzInputs(
                of: (examples + [examples.joined()]).map { Array($0.utf8) },
                words: words.map { Array($0.utf8) }
            ) {
                piece = piece % 13 + 1
                longest = max(longest, feed(input, piece: piece))
            }
        }
        #expect(longest > 3, "some inputs are understood")
    }

    /// Gives a parser bytes in pieces, as a connection does.
    ///
    /// - Returns: How many events came of it.
    private func feed(_ bytes: [UInt8], piece: Int) -> Int {
        var parser = RedisReplyParser(valueLimit: 1 << 20)
        var events = 0
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let isGoingOn = bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes { buffer in
                var rest = buffer
                do throws(RedisReplyParser.Violation) {
                    while let event = try parser.next(&rest) {
                        events += 1
                        if case .valueBegins(let size) = event, !(0...1 << 20).contains(size) { return false }
                    }
                    return rest.isEmpty
                } catch {
                    return false
                }
            }
            if !isGoingOn { return events }
        }
        return events
    }
}
