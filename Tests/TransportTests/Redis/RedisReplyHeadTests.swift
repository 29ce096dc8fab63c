import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Redis answers, by what they begin with")
struct RedisReplyHeadTests {
    private func head(_ text: String, limit: Int = 100) throws(RedisReplyHead.Violation) -> RedisReplyHead? {
        try Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(RedisReplyHead.Violation) in try RedisReplyHead.of(bytes, valueLimit: limit) }
        }.get()
    }

    @Test(arguments: [
        ("+OK\r\n", RedisReplyHead.line), ("-OOM no\r\n", .line), (":-12\r\n+OK\r\n", .line), ("$-1\r\n", .line),
        ("$0\r\n\r\n", .value(size: 0, headSize: 4)), ("$6\r\na\r\nb\r\n", .value(size: 6, headSize: 4)),
        ("$100\r\n", .value(size: 100, headSize: 6)), ("*2\r\n$1\r\na\r\n", .list(count: 2, headSize: 4)),
        ("*-1\r\n", .list(count: -1, headSize: 5)), ("+\r\n", .line),
    ])
    func everyKind(text: String, expected: RedisReplyHead) throws {
        #expect(try head(text) == expected)
    }

    @Test(
        "Cut off anywhere in its line, an answer is nothing yet",
        arguments: ["$3\r\n", "+OK\r\n", "*2\r\n", "$-1\r\n"]
    )
    func truncated(text: String) throws {
        for length in 0..<text.utf8.count {
            #expect(try head(String(decoding: text.utf8.prefix(length), as: UTF8.self)) == nil, "cut after \(length)")
        }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "$-2\r\n", "$\r\n", "$+3\r\n", "$ 3\r\n", "+OK\n", "$101\r\n",
        "*x\r\n", "*-2\r\n",
        "$99999999999999999999\r\n", "\r\n", "%1\r\n", "~1\r\n", ">1\r\n", "_\r\n",
    ])
    func garbage(text: String) {
        #expect(throws: RedisReplyHead.Violation.self) { try head(text) }
    }

    @Test("A line without end is refused before it fills the memory", arguments: ["+", "-", ":", "$", "*"])
    func endlessLine(kind: String) throws {
        #expect(try head(kind + String(repeating: "1", count: 4_000)) == nil)
        #expect(throws: RedisReplyHead.Violation.self) { try head(kind + String(repeating: "1", count: 5_000)) }
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

    @Test("A hundred thousand hostile beginnings end in a head or a violation")
    func fuzz() async {
        let examples = [
            "+OK\r\n", "-OOM no\r\n", ":-12\r\n", "$-1\r\n", "$6\r\na\r\nb\r\n\r\n", "$0\r\n\r\n", "*2\r\n+a\r\n:1\r\n",
        ]
        let words = ["\r\n", "$", "$-1", ":", "-", "+", "*", "9223372036854775807\r\n", "$2147483648\r\n"]
        var understood = 0
        await aside {
            for input in FuzzInputs(of: examples.map { Array($0.utf8) }, words: words.map { Array($0.utf8) }) {
                input.withUnsafeBytes { bytes in
                    guard let head = try? RedisReplyHead.of(bytes, valueLimit: 1 << 20) else { return }
                    understood += 1
                    if case .value(let size, let headSize) = head {
                        #expect((0...1 << 20).contains(size) && (4...bytes.count).contains(headSize))
                    }
                }
            }
        }
        #expect(understood > 1_000, "some inputs are understood")
    }
}
