import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Time limits, cancellation, shutdown")
struct HTTPTimeLimitTests {
    /// Takes requests and never answers.
    private func silent(_ began: @escaping @Sendable () -> Void = {}) throws -> RawHTTPServer {
        try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            began()
            connection.waitUntilPeerCloses()
        }
    }

    @Test("No answer within the total time")
    func noAnswer() async throws {
        let server = try silent()
        let error = try await error(of: server) { $0.message.hasPrefix("no answer within ") }
        #expect(["0.2", "2", "20"].contains { error.message == "no answer within \($0) s" }, "\(error)")
        #expect(error.isRetriable)
    }

    @Test("A body that drips is cut off at the total time")
    func drip() async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            connection.drip(everyMilliseconds: 10)
        }
        _ = try await error(of: server) { $0.message.hasPrefix("the answer was not complete within ") }
    }

    /// The first error that is as wanted, with more time each time: a busy machine may need all of it to connect, and then says that.
    private func error(
        of server: RawHTTPServer,
        isWanted: (TransportError) -> Bool
    ) async throws -> TransportError {
        var said: [TransportError] = []
        for milliseconds in [200, 2_000, 20_000] {
            var policy = HTTPPolicy.image
            policy.totalTimeout = .milliseconds(milliseconds)
            let error = try #require(await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: policy)))
            #expect(error.code == .timedOut)
            if isWanted(error) { return error }
            said.append(error)
        }
        throw TestEnvironmentError("It is never as wanted: \(said)")
    }

    @Test("A body slower than the low-speed limit is cut off before the total time")
    func lowSpeed() async throws {
        let server = try RawHTTPServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            connection.drip(everyMilliseconds: 50)
        }
        var policy = HTTPPolicy.image
        policy.lowSpeed = .init(bytesPerSecond: 10_000, over: .seconds(1))
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base, policy: policy))
        #expect(error?.code == .timedOut)
        #expect(error?.message.hasPrefix("slower than 10000 bytes/s for 1 s") == true)
    }

    @Test("Waiting for a free connection counts")
    func waiting() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try silent { signal.yield() }
        var configuration = HTTPClient.Configuration()
        configuration.maximumConnectionsPerHost = 1
        let client = try HTTPClient(configuration: configuration)
        let first = Task { try await client.execute(HTTPRequest(url: server.base, policy: .image)) }
        for await _ in started { break }
        var policy = HTTPPolicy.image
        policy.totalTimeout = .milliseconds(100)
        let error = await failure(client, HTTPRequest(url: server.base, policy: policy))
        #expect(error?.code == .timedOut)
        #expect(error?.message == "no connection was free within 0.1 s")
        #expect(server.connectionCount == 1)
        first.cancel()
        await #expect(throws: TransportError.self) { _ = try await first.value }
    }

    @Test("Cancelling ends the transfer, and the server sees the connection close")
    func cancellation() async throws {
        let (events, signal) = AsyncStream.makeStream(of: String.self)
        let server = try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            signal.yield("asked")
            connection.waitUntilPeerCloses()
            signal.yield("closed")
        }
        let client = try HTTPClient()
        let task = Task { try await client.execute(HTTPRequest(url: server.base, policy: .image)) }
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() == "asked")
        task.cancel()
        let error = await #expect(throws: TransportError.self) { _ = try await task.value }
        #expect(error?.code == .cancelled)
        #expect(await iterator.next() == "closed")
    }

    @Test("A task cancelled before it asks gets no transfer")
    func cancelledBefore() async throws {
        let server = try silent()
        let client = try HTTPClient()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.execute(HTTPRequest(url: server.base, policy: .image))
        }
        let error = await #expect(throws: TransportError.self) { _ = try await task.value }
        #expect(error?.code == .cancelled)
        #expect(server.connectionCount == 0)
    }

    @Test("Shutdown gives every request an error, running, waiting or late")
    func shutdown() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try silent { signal.yield() }
        let client = try HTTPClient()
        let url = server.base
        let tasks = (0..<50).map { _ in
            Task { try await client.execute(HTTPRequest(url: url, policy: .image)) }
        }
        for await _ in started { break }
        client.shutdown()
        client.shutdown()
        for task in tasks {
            let error = await #expect(throws: TransportError.self) { _ = try await task.value }
            #expect(error?.code == .closed)
            #expect(error?.isRetriable == false)
        }
        #expect(await failure(client, HTTPRequest(url: url, policy: .image))?.code == .closed)
    }

    @Test("A client that is let go ends its thread's connections")
    func letGo() async throws {
        let (events, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer() }
            signal.yield()
        }
        do {
            let client = try HTTPClient()
            _ = try await client.execute(HTTPRequest(url: server.base, policy: .image))
        }
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() != nil)
    }
}
