import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("HTTP client against a healthy server")
struct HTTPClientTests {
    @Test("Connections are kept and used again")
    func keepAlive() async throws {
        let server = try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer(body: "hello") }
        }
        let client = try HTTPClient()
        for _ in 0..<6 {
            let response = try await client.execute(HTTPRequest(url: server.base, policy: .image))
            #expect(response.body == Array("hello".utf8))
        }
        #expect(server.connectionCount == 1)
    }

    @Test("A kept connection is judged by the policy of whoever uses it next")
    func reuseUnderStricterPolicy() async throws {
        let server = try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        let client = try HTTPClient()
        let url = "http://localhost:\(server.port)/"
        #expect(try await client.execute(HTTPRequest(url: url, policy: .image)).status == 200)
        var strict = HTTPPolicy.image
        strict.addresses.allowsPrivate = false
        let error = await failure(client, HTTPRequest(url: url, policy: strict))
        #expect(error?.code == .forbiddenAddress)
        #expect(error?.message == "127.0.0.1 is a private address, which is not allowed here")
    }

    @Test("A name that resolves to a refused address is refused when connecting")
    func refusedAfterResolving() async throws {
        var strict = HTTPPolicy.image
        strict.addresses.allowsPrivate = false
        let client = try HTTPClient()
        let server = try RawHTTPServer { _ = $0.readRequest() }
        let error = await failure(client, HTTPRequest(url: "http://localhost:\(server.port)/", policy: strict))
        #expect(error?.code == .forbiddenAddress)
        #expect(error?.isRetriable == false)
        #expect(server.connectionCount == 0)
    }

    @Test("4xx and 5xx are answers with a body", arguments: [400, 403, 404, 429, 500, 503])
    func statuses(_ status: Int) async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.answer("\(status) Whatever", headers: "Retry-After: 3\r\n", body: "why")
        }
        let response = try await HTTPClient().execute(HTTPRequest(url: server.base, policy: .api))
        #expect(response.status == status)
        #expect(response.body == Array("why".utf8))
        #expect(response.headers["retry-after"] == "3")
    }

    @Test("A POST carries its body and headers, and does not wait for 100 Continue")
    func post() async throws {
        let server = try RawHTTPServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.send("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n")
            connection.answer(body: request)
        }
        let request = HTTPRequest(
            method: .post,
            url: server.base + "/jobs/1/result/?x=1",
            headers: ["Content-Type": "application/json", "Authorization": "Token t", "X-Empty": ""],
            body: Array(#"{"results":[]}"#.utf8),
            policy: .api
        )
        let response = try await HTTPClient().execute(request)
        let echoed = String(decoding: response.body, as: UTF8.self)
        #expect(echoed.hasPrefix("POST /jobs/1/result/?x=1 HTTP/1.1\r\n"))
        #expect(echoed.hasSuffix("\r\n\r\n{\"results\":[]}"))
        #expect(echoed.contains("Content-Type: application/json\r\n"))
        #expect(echoed.contains("Authorization: Token t\r\n"))
        #expect(echoed.contains("X-Empty:"))
        #expect(!echoed.contains("Expect:"))
        #expect(response.headers["X-Early"] == nil)
    }

    @Test("Empty bodies, sent and received", arguments: [HTTPRequest.Method.get, .post])
    func empty(_ method: HTTPRequest.Method) async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.answer()
        }
        let response = try await HTTPClient().execute(HTTPRequest(method: method, url: server.base, policy: .api))
        #expect(response.status == 200)
        #expect(response.body.isEmpty)
    }

    @Test("200 requests at once, over few connections, each with its own answer")
    func concurrent() async throws {
        let server = try RawHTTPServer { connection in
            while let request = connection.readRequest() {
                connection.answer(body: String(request.split(separator: " ")[1]))
            }
        }
        let client = try HTTPClient()
        let base = server.base
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let request = HTTPRequest(url: "\(base)/echo/\(index)", policy: .image)
                    return try await client.execute(request).body == Array("/echo/\(index)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect((1...16).contains(server.connectionCount))
    }

    @Test("A large body arrives whole, with and without its length", arguments: [true, false])
    func large(_ withLength: Bool) async throws {
        let block = (0..<9973).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let bytes = Array(repeatElement(block, count: 100).joined())
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n" + (withLength ? "Content-Length: \(bytes.count)\r\n" : "") + "\r\n")
            connection.send(bytes)
        }
        let response = try await HTTPClient().execute(HTTPRequest(url: server.base, policy: .image))
        #expect(response.body == bytes)
    }
}

/// The error of a request that must fail.
func failure(
    _ client: HTTPClient,
    _ request: HTTPRequest,
    sourceLocation: SourceLocation = #_sourceLocation
) async -> TransportError? {
    await #expect(throws: TransportError.self, sourceLocation: sourceLocation) {
        _ = try await client.execute(request)
    }
}
