import Foundation
import HTTPServing
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("More clients than a server bears", .timeLimit(.minutes(5)))
struct CrowdTests {
    @Test("connections that lie there or are slow keep nobody out, however many they are")
    func slowCrowd() async throws {
        try await withServer({ limits in
            limits.connections = 20
            limits.connectionsPerAddress = 10
        }) { fixture in
            var crowd: [RawHTTPClient] = []
            for number in 0..<200 {
                let client = try fixture.connect()
                // Some say nothing, some a half head, some a half body.
                let halfBody = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"
                client.send(["", "GET / HT", halfBody][number % 3])
                crowd.append(client)
                if number.isMultiple(of: 20) { #expect(try await fixture.get().status == 200) }
                #expect(fixture.server.connectionCount <= 10)
            }
            #expect(try await fixture.get().status == 200)
            #expect(await crowd[0].receiveAll().isEmpty, "the first had to go")
        }
    }

    @Test("connections that are being answered keep their places; who comes then is turned away, and let in later")
    func busyCrowd() async throws {
        let entered = AsyncStream.makeStream(of: Void.self)
        let gates = Mutex<[CheckedContinuation<Void, Never>]>([])
        let handler: HTTPServer.Handler = { request in
            if request.path == "/wait" {
                await withCheckedContinuation { gate in
                    gates.withLock { $0.append(gate) }
                    entered.continuation.yield()
                }
            }
            return ServerResponse(status: 200, "done")
        }
        try await withServer({ $0.connectionsPerAddress = 3 }, handler: handler) { fixture in
            var arrivals = entered.stream.makeAsyncIterator()
            var waiting: [RawHTTPClient] = []
            for _ in 0..<3 {
                let client = try fixture.connect()
                client.send(request("/wait"))
                await arrivals.next()
                waiting.append(client)
            }
            #expect(try await fixture.exchange(request()).isEmpty)
            for gate in gates.withLock({ $0 }) { gate.resume() }
            for client in waiting { #expect(await client.receiveAll().hasSuffix("done")) }
            #expect(try await fixture.exchange(request()).hasSuffix("done"))
        }
    }

    @Test("many requests of a few clients, each of which takes its time, keep nobody waiting until all are answered")
    func burst() async throws {
        let entered = AsyncStream.makeStream(of: Void.self)
        let gate = OneShot()
        let (clients, requests, begun) = (40, 16, Begun())
        let handler: HTTPServer.Handler = { request in
            guard request.path == "/slow" else { return ServerResponse(status: 200, "done") }
            entered.continuation.yield()
            let end = ContinuousClock.now + .milliseconds(2)
            while ContinuousClock.now < end {}
            // The last one is not answered before somebody else was.
            if begun.count.add(1, ordering: .relaxed).newValue == clients * requests { await gate.wait() }
            return ServerResponse(status: 200)
        }
        try await withServer(handler: handler) { fixture in
            var crowd: [RawHTTPClient] = []
            for _ in 0..<clients {
                let client = try fixture.connect()
                client.send(String(repeating: request("/slow", close: false), count: requests))
                crowd.append(client)
            }
            var arrivals = entered.stream.makeAsyncIterator()
            await arrivals.next()
            #expect(try await fixture.get().status == 200)
            gate.fire()
        }
    }

    private final class Begun: Sendable {
        let count = Atomic(0)
    }

    @Test("bodies share what memory there is; what does not fit is told to come again")
    func bodies() async throws {
        let entered = AsyncStream.makeStream(of: Void.self)
        let gate = AsyncStream.makeStream(of: Void.self)
        let handler: HTTPServer.Handler = { request in
            if request.path == "/wait" {
                entered.continuation.yield()
                for await _ in gate.stream { break }
            }
            return ServerResponse(status: 200, "\(request.body.count)")
        }
        try await withServer({ $0.bodyBytesInAll = 50_000 }, handler: handler) { fixture in
            func post(_ path: String, _ count: Int) -> String {
                "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n"
                    + String(repeating: "a", count: count)
            }
            var arrivals = entered.stream.makeAsyncIterator()
            let first = try fixture.connect()
            first.send(post("/wait", 40_000))
            await arrivals.next()
            let second = try await fixture.exchange(post("/", 40_000))
            #expect(second.status == 503 && second.contains("Retry-After: 1"), "\(second)")
            #expect(try await fixture.exchange(post("/", 5_000)).hasSuffix("5000"))
            gate.continuation.yield()
            #expect(await first.receiveAll().hasSuffix("40000"))
            #expect(try await fixture.exchange(post("/", 40_000)).hasSuffix("40000"))
        }
    }

    @Test("a port that the system stops listening on is listened on again, whoever is still being answered")
    func listensAgain() async throws {
        let handler: HTTPServer.Handler = { request in
            guard request.path == "/stream" else { return ServerResponse(status: 200) }
            return ServerResponse(
                status: 200,
                body: .written(length: nil) { writer in
                    try await writer.write(Array("first".utf8))
                    try await Task.sleep(for: .seconds(3_600))
                }
            )
        }
        let log = CapturedLog()
        try await withServer(logger: log.logger, handler: handler) { fixture in
            let watcher = try fixture.connect()
            watcher.send(request("/stream"))
            #expect(await watcher.receive(until: "first").status == 200)
            let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
                Int32($0)
            }
            let listening = descriptors.filter { Self.listens($0, on: fixture.server.port) }
            try #require(listening.count == 1)
            shutdown(listening[0], Int32(SHUT_RDWR))
            try await eventually { (try? await fixture.get().status) == 200 }
            #expect(log.warnings.count { $0.contains("not listened on any more") } == 1, "\(log.warnings)")
        }
    }

    private static func listens(_ descriptor: Int32, on port: UInt16) -> Bool {
        var (value, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0, value != 0 else { return false }
        var (address, size) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
        let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
        }
        return isNamed && UInt16(bigEndian: address.sin_port) == port
    }

    @Test("a process that is out of descriptors says so once, and goes on accepting when there are some again")
    func descriptors() async throws {
        let (status, said) = try await CrowdedProcess.run()
        #expect(status == 0 && said.contains("answered after all"), "\(said)")
        #expect(said.components(separatedBy: "could not be accepted").count == 2, "\(said)")
    }
}

/// A process with few descriptors: this test program again, with nothing but ``CrowdedProcessMain`` to run.
enum CrowdedProcess {
    private static let variable = "ANTENNA_TEST_CROWDED"

    /// Whether this process is the crowded one.
    static var isOrdered: Bool { ProcessInfo.processInfo.environment[variable] != nil }

    static func run() async throws -> (status: Int32, said: String) {
        try await ChildProcess.runSuite("CrowdedProcessMain", ordering: variable)
    }
}

@Suite(.enabled(if: CrowdedProcess.isOrdered, "the other end of CrowdedProcess"))
struct CrowdedProcessMain {
    @Test func getCrowded() async throws {
        let log = CapturedLog()
        try await withServer(logger: log.logger) { fixture in
            #expect(try await fixture.get().status == 200)
            // Clients first, so that what is left is not enough for the server's side of them.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let clients = try (0..<8).map { _ in try LoopbackPort.connect(to: fixture.server.port) }
            try await eventually { fixture.server.connectionCount == 8 }
            var taken: [Int32] = []
            limit.rlim_cur = 256
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            // One is left, for the next client; the server's side of it finds none.
            while true {
                let descriptor = open("/dev/null", O_RDONLY)
                guard descriptor >= 0 else { break }
                taken.append(descriptor)
            }
            close(taken.removeLast())
            let late = try LoopbackPort.connect(to: fixture.server.port)
            let request = Array(request().utf8)
            #expect(send(late, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
            var byte: UInt8 = 0
            // The server closes one of the eight that only wait, and answers this one in its place.
            #expect(recv(late, &byte, 1, 0) == 1)
            for descriptor in taken + clients + [late] { close(descriptor) }
            #expect(try await fixture.get().status == 200)
            print("answered after all: \(log.warnings)")
        }
    }
}
