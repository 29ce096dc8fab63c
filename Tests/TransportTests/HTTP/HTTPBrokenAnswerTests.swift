import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Broken answers")
struct HTTPBrokenAnswerTests {
    /// Answers every connection with this text, then closes it.
    private func answering(_ text: String, reset: Bool = false) throws -> RawHTTPServer {
        try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send(text)
            if reset { connection.resetOnClose() }
        }
    }

    @Test("A body shorter than announced is truncated, and worth another try")
    func truncated() async throws {
        let server = try answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .truncated)
        #expect(error?.message == "the answer ended after 4 of 100 bytes")
        #expect(error?.isRetriable == true)
    }

    @Test("A chunked body that ends early is truncated")
    func truncatedChunks() async throws {
        let server = try answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .truncated)
    }

    @Test(
        "An announced body beyond the limit is refused before it is sent, whatever the number",
        arguments: ["1001", "68719476736", "99999999999999999999999"]
    )
    func announcedTooLarge(_ length: String) async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
            connection.waitUntilPeerCloses()
        }
        var policy = HTTPPolicy.image
        policy.maximumResponseBytes = 1000
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: policy))
        #expect(error?.code == .tooLarge)
        #expect(error?.message == "the body is larger than 1000 bytes")
        #expect(error?.isRetriable == false)
    }

    @Test("An endless body is cut off at the limit")
    func unannouncedTooLarge() async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            let block = [UInt8](repeating: 1, count: 65_536)
            while connection.send(block) {}
        }
        var policy = HTTPPolicy.image
        policy.maximumResponseBytes = 1 << 20
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: policy))
        #expect(error?.code == .tooLarge)
    }

    @Test("A body of exactly the limit is fine")
    func exactlyTheLimit() async throws {
        let server = try answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1234")
        var policy = HTTPPolicy.image
        policy.maximumResponseBytes = 4
        #expect(try await HTTPClient().execute(HTTPRequest(url: server.base, policy: policy)).body.count == 4)
    }

    @Test("A compressed answer is unpacked for the API, and counted unpacked")
    func compressed() async throws {
        // gzip of 10,000 zero bytes.
        let packed: [UInt8] = try #require(
            Data(base64Encoded: "H4sIAAAAAAACA+3BAQ0AAADCoPdPbQ43oAAAAAAAAAAAAODfAC7KO00QJwAA").map(Array.init)
        )
        let head = Mutex("")
        let server = try RawHTTPServer { connection in
            while let request = connection.readRequest() {
                head.withLock { $0 = request.lowercased() }
                connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n"
                )
                connection.send(packed)
            }
        }
        let client = try HTTPClient()
        var policy = HTTPPolicy.api
        let response = try await client.execute(HTTPRequest(url: server.base, policy: policy))
        #expect(response.body == [UInt8](repeating: 0, count: 10_000))
        #expect(head.withLock { $0.contains("accept-encoding:") && $0.contains("gzip") })
        policy.maximumResponseBytes = 9999
        #expect(await failure(client, HTTPRequest(url: server.base, policy: policy))?.code == .tooLarge)
        let image = try await client.execute(HTTPRequest(url: server.base, policy: .image))
        #expect(image.body == response.body, "unasked, and yet unpacked")
        #expect(head.withLock { !$0.contains("accept-encoding:") })
    }

    @Test("A connection that closes or breaks without an answer", arguments: [true, false])
    func noAnswer(_ reset: Bool) async throws {
        let server = try answering("", reset: reset)
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .closed)
        #expect(error?.isRetriable == true)
    }

    @Test("A connection reset in the middle of the body is worth another try")
    func reset() async throws {
        let server = try answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", reset: true)
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .closed || error?.code == .truncated)
        #expect(error?.isRetriable == true)
    }

    @Test(
        "What is not HTTP is named so",
        arguments: ["hello there, no protocol\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n"]
    )
    func notHTTP(_ text: String) async throws {
        let server = try answering(text)
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .protocolViolation)
    }

    @Test("Endless headers are cut off")
    func endlessHeaders() async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n")
            let line = "X-Filler: " + String(repeating: "x", count: 8000) + "\r\n"
            while connection.send(line) {}
        }
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error != nil)
        #expect(error?.code != .timedOut)
    }

    @Test("A refused connection names its address")
    func refused() async throws {
        let port = try LoopbackPort.free(1)[0]
        let error = await failure(
            try HTTPClient(),
            HTTPRequest(url: "http://127.0.0.1:\(port)/?key=secret", policy: .image)
        )
        #expect(error?.code == .refused)
        #expect(error?.message == "connection refused by 127.0.0.1:\(port)")
        #expect(error?.isRetriable == true)
    }

    @Test("A name that does not exist is named")
    func unknownName() async throws {
        let request = HTTPRequest(url: "http://no-such-host.invalid/a?key=secret", policy: .image)
        let error = await failure(try HTTPClient(), request)
        #expect(error.map { [.nameResolution, .noNetwork].contains($0.code) } == true)
        #expect(error?.message.contains("no-such-host.invalid") == true)
        #expect(error?.description.contains("secret") == false)
    }
}
