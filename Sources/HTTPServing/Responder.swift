internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import NIOHTTP1

/// Between Hummingbird and a handler: takes a request in as a whole, and sends what the handler answers.
struct Responder: Sendable {
    let limits: HTTPServerLimits
    let budget: BodyBudget
    let handler: HTTPServer.Handler

    /// Answers one request.
    ///
    /// - Throws: When the connection is to be cut; `HTTPParserError` when the request was no proper one.
    @concurrent func respond(
        to request: Request,
        with writer: consuming ResponseWriter,
        on channel: any Channel
    ) async throws {
        // Requests that one connection sent together would else be answered without a turn for the others in between.
        await Task.yield()
        var parts = request.body.makeAsyncIterator()
        if request.headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var taken = 0
        defer { budget.giveBack(taken) }
        var body: [UInt8] = []
        while let part = try await parts.next() {
            guard budget.take(part.readableBytes) else {
                try await Self.send(Self.overloaded, of: request, with: writer)
                // The client sees the answer only if what it is still sending is read; the guard closes when that takes too long.
                try await channel.close(mode: .output)
                while try await parts.next() != nil {}
                throw CancellationError()
            }
            taken += part.readableBytes
            body.append(contentsOf: part.readableBytesView)
        }
        try await Self.send(await answer(ServerRequest(request, body: body)), of: request, with: writer)
    }

    private func answer(_ request: ServerRequest) async -> ServerResponse {
        do {
            return try await handler(request)
        } catch is CancellationError {
            return .hangUp
        } catch {
            return ServerResponse(status: 500, "Something went wrong here.\n")
        }
    }

    @concurrent private static func send(
        _ response: ServerResponse,
        of request: Request,
        with writer: consuming ResponseWriter
    ) async throws {
        if case .cut = response.body { throw CancellationError() }
        let head = response.head
        guard request.method != .head else { return try await writer.writeResponse(head) }
        switch response.body {
        case .bytes(let bytes):
            try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .written(_, let write):
            var body = BodyWriter(try await writer.writeHead(head))
            try await write(&body)
            try await body.finish()
        case .cut: break
        }
    }

    private static let overloaded = ServerResponse(
        status: 503,
        headers: [("Retry-After", "1"), ("Connection", "close"), ("Content-Type", "text/plain; charset=utf-8")],
        body: .bytes(Array("Too much is being sent at once.\n".utf8))
    )
}
