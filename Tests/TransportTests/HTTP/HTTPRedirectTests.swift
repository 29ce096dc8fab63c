import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Redirects on the wire")
struct HTTPRedirectTests {
    private func redirecting(to location: String, status: String = "302 Found") throws -> RawHTTPServer {
        try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer(status, headers: "Location: \(location)\r\n") }
        }
    }

    @Test("A loop ends at the limit")
    func loop() async throws {
        let server = try redirecting(to: "/again?secret=1")
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .redirectLimit)
        #expect(error?.message == "redirected more than 3 times, at last to \(server.base)/again?secret=…")
        #expect(server.connectionCount == 1)
    }

    @Test(
        "Other schemes and metadata addresses are refused",
        arguments: [
            (
                "file:///etc/passwd", TransportError.Code.forbiddenScheme,
                "redirected to file:///etc/passwd: the URL scheme is file:, which is not allowed"
            ),
            (
                "gopher://127.0.0.1/", .forbiddenScheme,
                "redirected to gopher://127.0.0.1/: the URL scheme is gopher:, which is not allowed"
            ),
            (
                "http://169.254.169.254/latest/meta-data/", .forbiddenAddress,
                "redirected to http://169.254.169.254/latest/meta-data/: 169.254.169.254 is a link-local or metadata address"
            ),
            (
                "http://0xA9FEA9FE/", .forbiddenAddress,
                "redirected to http://169.254.169.254/: 169.254.169.254 is a link-local or metadata address"
            ),
        ]
    )
    func refused(_ location: String, _ code: TransportError.Code, _ message: String) async throws {
        let server = try redirecting(to: location)
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == code)
        #expect(error?.message == message)
        #expect(error?.isRetriable == false)
    }

    @Test("No header reaches another host, and the answer tells where it came from")
    func crossHost() async throws {
        let seen = Mutex("")
        let other = try RawHTTPServer { connection in
            if let request = connection.readRequest() { seen.withLock { $0 = request } }
            connection.answer(body: "there")
        }
        let server = try redirecting(to: "http://localhost:\(other.port)/b", status: "307 Temporary Redirect")
        let request = HTTPRequest(
            url: "http://user:password@127.0.0.1:\(server.port)/a",
            headers: [
                "Authorization": "Token secret", "X-Api-Key": "secret", "Cookie": "secret", "Accept": "image/jpeg",
            ],
            policy: .api
        )
        let response = try await HTTPClient().execute(request)
        #expect(response.redirectCount == 1)
        #expect(response.effectiveURL == "http://localhost:\(other.port)/b")
        let head = seen.withLock { $0.lowercased() }
        #expect(head.contains("accept: image/jpeg"))
        #expect(!head.contains("secret") && !head.contains("authorization") && !head.contains("cookie"))
    }

    @Test("A POST gets the redirect as its answer")
    func post() async throws {
        let server = try redirecting(to: "/elsewhere", status: "301 Moved Permanently")
        let request = HTTPRequest(method: .post, url: server.base, body: [1], policy: .api)
        let response = try await HTTPClient().execute(request)
        #expect(response.status == 301)
        #expect(response.headers["Location"] == "/elsewhere")
    }

    @Test("A 3xx without a place to go is an answer", arguments: ["304 Not Modified", "300 Multiple Choices"])
    func noLocation(_ status: String) async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
        }
        let response = try await HTTPClient().execute(HTTPRequest(url: server.base, policy: .image))
        #expect(response.redirectCount == 0)
        #expect((300..<400).contains(response.status))
    }

    @Test("A redirect to what is no URL is an error", arguments: ["http://[::1/", "http://host:99999/"])
    func malformed(_ location: String) async throws {
        let server = try redirecting(to: location)
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .malformedURL)
        #expect(error?.message.hasPrefix("redirected to what is no URL: ") == true)
    }

    @Test("An error behind a redirect names where it led, without secrets")
    func named() async throws {
        let port = try LoopbackPort.free(1)[0]
        let server = try redirecting(to: "http://user:SECRET@127.0.0.1:\(port)/a?sig=SECRET#SECRET")
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: .image))
        #expect(error?.code == .refused)
        #expect(
            error?.message
                == "connection refused by 127.0.0.1:\(port), redirected to http://127.0.0.1:\(port)/a?sig=…"
        )
    }

    @Test(
        "Spaces and letters in a Location are encoded, whatever their coding",
        arguments: [
            (Array("/b c?d e".utf8), "/b%20c?d%20e"), (Array("/\u{E4}".utf8), "/%C3%A4"), ([0x2F, 0xE4], "/%E4"),
        ]
    )
    func rawLocation(_ location: [UInt8], _ path: String) async throws {
        let server = try RawHTTPServer { connection in
            while let request = connection.readRequest() {
                guard request.hasPrefix("GET / ") else {
                    connection.answer(body: String(request.split(separator: " ")[1]))
                    continue
                }
                connection.send(
                    Array("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ".utf8) + location + [13, 10, 13, 10]
                )
            }
        }
        let response = try await HTTPClient().execute(HTTPRequest(url: server.base, policy: .image))
        #expect(String(decoding: response.body, as: UTF8.self) == path)
    }
}
