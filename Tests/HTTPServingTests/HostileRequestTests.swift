import Foundation
import HTTPServing
import TestSupport
import Testing

@Suite("Requests that are made to hurt", .timeLimit(.minutes(5)))
struct HostileRequestTests {
    @Test("megabytes without a line's end are refused after some kilobytes, and others are answered meanwhile")
    func endlessLine() async throws {
        try await withServer { fixture in
            let attackers = [try fixture.connect(), try fixture.connect()]
            for attacker in attackers { attacker.send("GET /?") }
            async let first: Void = attackers[0].sendUntilClosed(String(repeating: "a", count: 1 << 20))
            async let second: Void = attackers[1].sendUntilClosed(String(repeating: "a", count: 1 << 20))
            #expect(try await fixture.get().status == 200)
            _ = await (first, second)
            #expect(try await fixture.get().status == 200)
        }
    }

    static let longHeads = [
        "GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
        request(headers: "X: \(String(repeating: "a", count: 20_000))\r\n"),
        request(headers: "\(String(repeating: "a", count: 20_000)): x\r\n"),
        request(headers: String(repeating: "X: a\r\n", count: 200)),
        // The parser skips these and would wait for more.
        "GET / HTTP/1.1\r\nHost: localhost\r\nX:\(String(repeating: " ", count: 100_000))a\r\n\r\n",
        String(repeating: "\r\n", count: 50_000) + request(),
    ]

    @Test("a head that is too long is answered 431", arguments: longHeads)
    func longHead(text: String) async throws {
        try await withServer { fixture in
            let answer = try await fixture.exchange(text)
            #expect(answer.status == 431 && answer.answerCount == 1, "\(answer)")
        }
    }

    @Test("a body that is too long is answered 413 before it is there, announced or not")
    func longBody() async throws {
        try await withServer { fixture in
            for length in ["65537", "1000000000000", "99999999999999999999999"] {
                let answer = try await fixture.exchange(
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n\r\nabc"
                )
                #expect([400, 413].contains(answer.status ?? 0) && answer.answerCount == 1, "\(answer)")
            }
            let client = try fixture.connect()
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "1000\r\n\(String(repeating: "a", count: 0x1000))\r\n"
            async let flood: Void = client.sendUntilClosed(chunk)
            let answer = await client.receiveAll()
            await flood
            #expect(answer.status == 413 && answer.answerCount == 1, "\(answer)")
            #expect(try await fixture.get().status == 200)
        }
    }

    @Test("extensions of a chunk, and blanks in a trailer, come to an end")
    func endlessChunkHead() async throws {
        try await withServer { fixture in
            for piece in ["1;a=", "0\r\nX:"] {
                let client = try fixture.connect()
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\(piece)")
                async let flood: Void = client.sendUntilClosed(String(repeating: " ", count: 4_096))
                let answer = await client.receiveAll()
                await flood
                #expect((answer.status ?? 400) >= 400 && answer.answerCount <= 1, "\(answer)")
            }
        }
    }

    @Test("a body that is within the limit is taken in, in one piece or many")
    func goodBodies() async throws {
        try await withServer { fixture in
            let body = String(repeating: "a", count: 60_000)
            let whole = try await fixture.exchange(
                "POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n\(body)"
            )
            #expect(whole.hasSuffix("POST /x 60000\n"))
            let chunks = String(repeating: "A\r\n0123456789\r\n", count: 100)
            let chunked = try await fixture.exchange(
                "POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
            )
            #expect(chunked.hasSuffix("POST /x 1000\n"))
            let asked = try fixture.connect()
            asked.send(
                "POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 3\r\n\r\n"
            )
            #expect(await asked.receive(until: "\r\n\r\n").status == 100)
            asked.send("abc")
            #expect(await asked.receiveAll().hasSuffix("POST /x 3\n"))
        }
    }

    static let smuggled = [
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4, 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT evil.example:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}", "hello there\r\n\r\n",
    ]

    @Test(
        "what two readers could understand differently is refused, and what follows is not looked at",
        arguments: smuggled
    )
    func smuggling(text: String) async throws {
        try await withServer { fixture in
            let answer = try await fixture.exchange(text + request("/smuggled"))
            #expect(answer.answerCount == 1, "\(answer)")
            #expect([400, 413, 501, 505].contains(answer.status ?? 0) && !answer.contains("/smuggled"), "\(answer)")
        }
    }

    @Test("requests sent at once are answered in their order, and none after the last by its own word")
    func pipelining() async throws {
        try await withServer { fixture in
            let texts = ["/1", "/2", "/3"].map { request($0, close: false) }
            let answers = try await fixture.exchange(texts.joined() + request("/4", headers: "") + request("/5"))
            #expect(answers.answerCount == 4 && answers.hasSuffix("GET /4 0\n"), "\(answers)")
            let order = ["/1", "/2", "/3", "/4"].compactMap { answers.range(of: "GET \($0) ")?.lowerBound }
            #expect(order.count == 4 && order == order.sorted())
            for spelling in ["Close", "keep-alive, CLOSE", "close, TE"] {
                let last = request("/1", headers: "Connection: \(spelling)\r\n", close: false)
                #expect(try await fixture.exchange(last + request("/2")).answerCount == 1, "\(spelling)")
            }
            let broken = try await fixture.exchange(request("/1", close: false) + "rubbish\r\n\r\n" + request("/2"))
            #expect(broken.answerCount == 2 && broken.contains("GET /1 0\n") && broken.contains(" 400 "), "\(broken)")
        }
    }

    @Test("of thousands of requests sent at once some are answered, and then it is enough")
    func deepPipeline() async throws {
        try await withServer { fixture in
            let client = try fixture.connect()
            async let answers = client.receiveAll()
            client.send(String(repeating: request(close: false), count: 5_000))
            let received = await answers
            #expect(received.answerCount < 5_000 && received.contains("HTTP/1.1 429 "), "\(received.suffix(300))")
            #expect(try await fixture.get().status == 200)
        }
    }

    @Test("HTTP/1.0 gets an answer that ends with the connection, and no chunks")
    func oldVersion() async throws {
        let handler: HTTPServer.Handler = { _ in
            ServerResponse(status: 200, body: .written(length: nil) { try await $0.write(Array("abc".utf8)) })
        }
        try await withServer(handler: handler) { fixture in
            for headers in ["", "Host: localhost\r\n", "Connection: keep-alive\r\n"] {
                let answer = try await fixture.exchange("GET / HTTP/1.0\r\n\(headers)\r\n")
                #expect(answer.hasPrefix("HTTP/1.0 200") && answer.hasSuffix("\r\n\r\nabc"), "\(answer)")
            }
            #expect(try await fixture.exchange(request()).hasSuffix("3\r\nabc\r\n0\r\n\r\n"))
        }
    }

    @Test("a client that closes its own direction gets its answer; one that asks nothing is let go")
    func halfClosed() async throws {
        try await withServer { fixture in
            for (text, count) in [(request(), 1), (request(close: false), 1), ("", 0), ("GET / HT", 1)] {
                let client = try fixture.connect()
                client.send(text)
                client.closeOutput()
                let answer = await client.receiveAll()
                #expect(
                    answer.answerCount <= count && (!text.hasSuffix("\r\n\r\n") || answer.status == 200),
                    "\(answer)"
                )
            }
        }
    }

    @Test("a head alone has the length of what it stands for, and no body")
    func headOnly() async throws {
        try await withServer { fixture in
            let answer = try await fixture.exchange("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(answer.contains("Content-Length: 9") && answer.hasSuffix("\r\n\r\n"), "\(answer)")
        }
    }

    @Test("a handler's mistake is an answer, and its wish to say nothing is none")
    func handlers() async throws {
        struct Mistake: Error {}
        let handler: HTTPServer.Handler = { request in
            switch request.path {
            case "/mistake": throw Mistake()
            case "/half":
                return ServerResponse(
                    status: 200,
                    body: .written(length: 10) { writer in
                        try await writer.write(Array("half".utf8))
                        throw Mistake()
                    }
                )
            case "/header":
                return ServerResponse(status: 200, headers: [("X-A", "a\r\nX-B: b"), ("X C", "c"), ("X-D", "d")])
            default: return .hangUp
            }
        }
        try await withServer(handler: handler) { fixture in
            #expect(try await fixture.exchange(request("/mistake")).status == 500)
            #expect(try await fixture.exchange(request("/half")).hasSuffix("\r\n\r\nhalf"))
            #expect(try await fixture.exchange(request("/nothing")).isEmpty)
            let answer = try await fixture.exchange(request("/header"))
            #expect(answer.contains("X-D: d") && !answer.contains("X-B") && !answer.contains("X C"))
        }
    }
}
