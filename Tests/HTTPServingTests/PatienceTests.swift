import Foundation
import HTTPServing
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("Clients that take their time", .timeLimit(.minutes(5)))
struct PatienceTests {
    static let slow = [
        "", "GET / HT", "GET / HTTP/1.1\r\nHost: local", "GET / HTTP/1.1\r\nHost: localhost\r\n", "\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n",
    ]

    @Test("a request that does not become whole is given up", arguments: slow)
    func slowRequest(text: String) async throws {
        try await withServer({ limits in
            limits.headPatience = .milliseconds(200)
            limits.bodyPatience = .milliseconds(200)
        }) { fixture async throws in
            #expect(try await fixture.exchange(text).isEmpty)
        }
    }

    @Test("bytes that trickle in lengthen nothing")
    func trickle() async throws {
        try await withServer({ limits in
            limits.headPatience = .milliseconds(500)
            limits.bodyPatience = .milliseconds(500)
        }) { fixture in
            for text in ["GET /", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n"] {
                let client = try fixture.connect()
                client.send(text)
                let answer = Task { await client.receiveAll() }
                // One byte at a time, for as long as the server listens.
                let trickle = Task {
                    while !Task.isCancelled, client.send("a") { try? await Task.sleep(for: .milliseconds(5)) }
                }
                #expect(await answer.value.isEmpty)
                trickle.cancel()
            }
        }
    }

    @Test("a connection without a further request is closed, and one that is used goes on")
    func idle() async throws {
        // Once with more time than a busy machine takes, once with less than the client does.
        try await withServer { fixture in
            let client = try fixture.connect()
            for path in ["/1", "/2", "/3"] {
                client.send(request(path, close: false))
                #expect(await client.receive(until: "GET \(path) 0\n").status == 200)
            }
        }
        try await withServer({ $0.idlePatience = .milliseconds(300) }) { fixture in
            let client = try fixture.connect()
            client.send(request(close: false))
            #expect(await client.receiveAll().status == 200)
        }
    }

    @Test("an answer that nobody reads is given up, and so is one whose client has said all and gone")
    func unread() async throws {
        let ended = AsyncStream.makeStream(of: String.self)
        let handler: HTTPServer.Handler = { request in
            if request.path == "/stream" {
                return ServerResponse(
                    status: 200,
                    body: .written(length: nil) { writer in
                        let piece = [UInt8](repeating: 0x61, count: 65_536)
                        do {
                            while true { try await writer.write(piece) }
                        } catch {
                            ended.continuation.yield("/stream")
                            throw error
                        }
                    }
                )
            }
            return ServerResponse(status: 200)
        }
        try await withServer({ $0.writePatience = .milliseconds(300) }, handler: handler) { fixture in
            let client = try fixture.connect()
            client.send(request("/stream"))
            var iterator = ended.stream.makeAsyncIterator()
            #expect(await iterator.next() == "/stream")
            // What was on its way may still come; then it is over.
            _ = await client.receiveAll()
        }
    }

    @Test("a client that does not close after the last answer is closed")
    func lingering() async throws {
        try await withServer({ $0.closePatience = .milliseconds(100) }) { fixture in
            let client = try fixture.connect()
            client.send(request())
            #expect(await client.receiveAll().status == 200)
            try await eventually { fixture.server.connectionCount == 0 }
        }
    }

    @Test("a server that stops lets answers end for as long as it was told, and no longer")
    func stop() async throws {
        let (entered, gate) = (AsyncStream.makeStream(of: Void.self), AsyncStream.makeStream(of: Void.self))
        let handler: HTTPServer.Handler = { request in
            entered.continuation.yield()
            if request.path == "/never" { try await Task.sleep(for: .seconds(3_600)) }
            for await _ in gate.stream { break }
            return ServerResponse(status: 200, "done")
        }
        var (limits, arrivals) = (HTTPServerLimits(), entered.stream.makeAsyncIterator())
        limits.closePatience = .milliseconds(100)
        for path in ["/gate", "/never"] {
            // One that nobody else is given, so that at the end it is nobody's.
            let server = try await HTTPServer.start(
                address: "127.0.0.1",
                port: try LoopbackPort.free(1)[0],
                limits: limits,
                logger: Logger(label: "test"),
                handler: handler
            )
            let (busy, idle) = (try RawHTTPClient(port: server.port), try RawHTTPClient(port: server.port))
            busy.send(request(path))
            await arrivals.next()
            async let stopped: Void = server.stop(patience: path == "/gate" ? .seconds(60) : .milliseconds(100))
            #expect(await idle.receiveAll().isEmpty)
            if path == "/gate" { gate.continuation.yield() }
            #expect(await busy.receiveAll().hasSuffix(path == "/gate" ? "done" : ""))
            await stopped
            #expect(throws: POSIXError.self) { try RawHTTPClient(port: server.port) }
        }
    }

    @Test("a port that is taken, and an address that is none, are told")
    func failures() async throws {
        let (descriptor, port) = try LoopbackPort.listen()
        defer { close(descriptor) }
        func start(_ address: String) async -> HTTPServer.Failure? {
            do throws(HTTPServer.Failure) {
                let server = try await HTTPServer.start(address: address, port: port, logger: Logger(label: "test")) {
                    _ in .hangUp
                }
                await server.stop()
                return nil
            } catch {
                return error
            }
        }
        for address in ["nowhere", "", "127.0.0.1:80", "[::1]"] {
            guard case .badAddress? = await start(address) else {
                Issue.record("\(address) was taken for an address")
                continue
            }
        }
        if case .cannotListen? = await start("127.0.0.1") { return }
        Issue.record("the port was taken twice")
    }
}
