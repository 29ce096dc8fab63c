import JSON
import LocalAntenna
import TestSupport

/// Speaks to the local Antenna over a bare socket, one connection a call, so that a test sees exactly what was answered.
struct SmallClient: Sendable {
    let server: LocalAntennaServer
    var token: String?

    struct Answer: Sendable {
        /// Nil when the connection closed before the first byte.
        let status: Int?
        let headers: [String: String]
        let body: [UInt8]

        /// Whether the body is as long as the header said.
        var isComplete: Bool { status != nil && headers["content-length"] == "\(body.count)" }

        func json() throws -> JSONValue { try JSONValue(parsing: body) }
    }

    func get(_ path: String) async throws -> Answer {
        try await send("GET", server.baseURL + path)
    }

    func post(_ path: String, _ body: JSONValue) async throws -> Answer {
        try await send("POST", server.baseURL + path, body: body.encoded())
    }

    /// Sends a request to an address of this server; redirects are not followed.
    func send(
        _ method: String,
        _ address: String,
        headers: [String]? = nil,
        body: [UInt8] = []
    ) async throws -> Answer {
        let client = try RawHTTPClient(port: server.port ?? 0)
        client.send(request(method, address, headers: headers, body: body))
        return Answer(bytes: await client.receiveBytes())
    }

    /// Sends a request, and goes without having read the answer.
    func sendAndLeave(_ method: String, _ path: String, body: [UInt8]) throws {
        let client = try RawHTTPClient(port: server.port ?? 0)
        client.send(request(method, server.baseURL + path, headers: nil, body: body))
    }

    private func request(_ method: String, _ address: String, headers: [String]?, body: [UInt8]) -> [UInt8] {
        let target = address.hasPrefix(server.rootURL) ? String(address.dropFirst(server.rootURL.count)) : address
        let own = token.map { ["Authorization: Token \($0)"] } ?? []
        let lines =
            ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(server.port ?? 0)", "Connection: close"]
            + (headers ?? own) + ["Content-Length: \(body.count)", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8) + body
    }

    /// Reserves tasks, and gives back what the server's own record of each says.
    func reserve(job: Int = 1, _ count: Int) async throws -> [JSONValue] {
        try await post("/jobs/\(job)/tasks/", ["batch_size": JSONValue(count)]).json()["tasks"]?.elements ?? []
    }

    /// Posts one result.
    func submit(job: Int = 1, _ items: JSONValue...) async throws -> Answer {
        try await post("/jobs/\(job)/result/", ["results": .array(items)])
    }
}

extension SmallClient.Answer {
    fileprivate init(bytes: [UInt8]) {
        let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) } ?? bytes.endIndex
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        self.status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        self.headers = lines.dropFirst().reduce(into: [:]) { headers, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.last.map { String($0.drop { $0 == " " }) }
        }
        self.body = Array(bytes[end...].dropFirst(4))
    }
}

/// Runs `body` against a server on a free port of the loopback interface, and stops it whatever happens.
func withServer(
    _ change: (inout LocalAntennaConfiguration) -> Void = { _ in },
    now: (@Sendable () -> Duration)? = nil,
    onResult: (@Sendable (AcceptedResult) -> Void)? = nil,
    _ body: (SmallClient) async throws -> Void
) async throws {
    var configuration = LocalAntennaConfiguration()
    let image = ImageSource.bytes(Array("not looked at".utf8))
    configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: [image], count: 5)]
    change(&configuration)
    let server = LocalAntennaServer(configuration: configuration, now: now, onResult: onResult)
    try await server.start()
    do {
        try await body(SmallClient(server: server, token: configuration.token))
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}
