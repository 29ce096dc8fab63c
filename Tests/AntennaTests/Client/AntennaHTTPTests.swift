import Foundation
import TestSupport
import Testing
import Transport

@testable import Antenna

@Suite("Calls of Antenna over HTTP", .timeLimit(.minutes(5)))
struct AntennaHTTPTests {
    private func request(_ url: String, body: [UInt8]?, timeout: Duration = .seconds(30)) -> AntennaRequest {
        AntennaRequest(
            method: body == nil ? .get : .post,
            url: url,
            headers: [:],
            body: body,
            timeout: timeout,
            maximumResponseBytes: 1 << 20
        )
    }

    @Test("A small call has the request's time; a large body more, and ends when nothing moves")
    func limits() throws {
        let http = AntennaHTTP(client: try HTTPClient())
        let small = http.policy(for: request("http://a/", body: [1]))
        #expect(small.totalTimeout == .seconds(30))
        #expect(small.lowSpeed == nil)
        let large = http.policy(for: request("http://a/", body: [UInt8](repeating: 0x20, count: 16 << 20)))
        #expect(large.totalTimeout == .seconds(30 + (16 << 10)))
        #expect(large.lowSpeed == HTTPPolicy.LowSpeed(bytesPerSecond: 512, over: .seconds(94)))
    }

    @Test("A large body over a slow line arrives, though it takes longer than the time for an answer")
    func slowLine() async throws {
        let server = try RawHTTPServer { connection in
            guard let text = connection.readRequest(pausingForMilliseconds: 700) else { return }
            connection.answer(body: "\(text.utf8.count)")
        }
        let body = [UInt8](repeating: 0x20, count: 300_000)
        let answer = try await AntennaHTTP(client: try HTTPClient())
            .answer(to: request(server.base, body: body, timeout: .milliseconds(300)))
        #expect(answer.status == 200)
    }

    @Test("A proxy, and a server behind it, is asked through it")
    func proxy() async throws {
        let server = try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer(body: "{}") }
        }
        let proxy = try ForwardProxy(to: server.port)
        let http = AntennaHTTP(client: try HTTPClient(), proxy: .proxy(try HTTPProxy(proxy.base)))
        let answer = try await http.answer(
            to: request("http://antenna.example/api/v2/jobs/1/tasks/", body: [0x7B, 0x7D])
        )
        #expect(answer.body == Array("{}".utf8))
        #expect(proxy.lines == ["POST http://antenna.example/api/v2/jobs/1/tasks/ HTTP/1.1"])
    }

    @Test("413 is heard though the server reads nothing of a large body and closes")
    func refusedBeforeTheBody() async throws {
        let server = try RawHTTPServer { connection in
            guard let head = connection.readHead(), head.contains("Expect: 100-continue") else { return }
            connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let answer = try await AntennaHTTP(client: try HTTPClient())
            .answer(to: request(server.base, body: [UInt8](repeating: 0x20, count: 24 << 20)))
        #expect(answer.status == 413)
    }
}
