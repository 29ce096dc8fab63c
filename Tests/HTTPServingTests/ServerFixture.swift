import Foundation
import HTTPServing
import Logging
import TestSupport

/// A server with limits that a test can reach, and clients for it.
struct ServerFixture {
    let server: HTTPServer

    /// Connects.
    func connect() throws -> RawHTTPClient { try RawHTTPClient(port: server.port) }

    /// Sends text on a connection of its own, and takes what comes until the server closes.
    func exchange(_ text: String) async throws -> String {
        let client = try connect()
        client.send(text)
        return await client.receiveAll()
    }

    /// Asks as everybody does.
    func get(_ path: String = "/") async throws -> PlainHTTPClient.Answer {
        try await PlainHTTPClient(port: server.port).get(path)
    }
}

/// Runs `body` beside a server, which is stopped whatever happens.
func withServer(
    _ change: (inout HTTPServerLimits) -> Void = { _ in },
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    handler: @escaping HTTPServer.Handler = { request in
        ServerResponse(status: 200, "\(request.method) \(request.target) \(request.body.count)\n")
    },
    _ body: (ServerFixture) async throws -> Void
) async throws {
    var limits = HTTPServerLimits()
    change(&limits)
    let server = try await HTTPServer.start(
        address: "127.0.0.1",
        port: 0,
        limits: limits,
        logger: logger,
        handler: handler
    )
    do {
        try await body(ServerFixture(server: server))
    } catch {
        await server.stop(patience: .zero)
        throw error
    }
    await server.stop(patience: .zero)
}

/// What a client sends that wants one answer.
func request(_ path: String = "/", headers: String = "", close: Bool = true) -> String {
    "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(close ? "Connection: close\r\n" : "")\(headers)\r\n"
}

extension String {
    /// How many answers there are in what a client received.
    var answerCount: Int { components(separatedBy: "HTTP/1.").count - 1 }
    /// The status of the first answer.
    var status: Int? { split(separator: " ").dropFirst().first.flatMap { Int($0) } }
}
