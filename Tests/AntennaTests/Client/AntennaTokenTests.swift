import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Antenna
@testable import Transport

@Suite("The API token")
struct AntennaTokenTests {
    private func client(_ server: ScriptedServer, file: URL) throws -> AntennaClient {
        var settings = RESTSourceSettings.usual
        settings.authToken = "old"
        settings.authTokenFile = SecretFile(path: file.path)
        return try settings.makeClient(http: server)
    }

    /// Takes one token and no other.
    private func server(taking token: String) -> ScriptedServer {
        ScriptedServer { request in
            let isTaken = request.headers.contains { $0.name == "Authorization" && $0.value == "Token \(token)" }
            return AntennaAnswer(status: isTaken ? 200 : 401, body: Array("{}".utf8))
        }
    }

    @Test("One that was changed in its file is used when the server refuses the one before, and from then on")
    func changed() async throws {
        let file = try PackagePaths.scratch("token").appending(path: "token")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        try Data("new\n".utf8).write(to: file)
        let server = server(taking: "new")
        let client = try client(server, file: file)
        for _ in 0..<2 { _ = try await client.call(.get, "http://antenna.test/api/v2/jobs/", operation: "test") }
        #expect(server.requests.count == 3)
    }

    @Test(
        "One that is refused and still in its file is refused, without a second attempt",
        arguments: ["old", "", "a b"]
    )
    func unchanged(content: String) async throws {
        let file = try PackagePaths.scratch("token").appending(path: "token")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        try Data(content.utf8).write(to: file)
        let server = server(taking: "new")
        let client = try client(server, file: file)
        await #expect(throws: AntennaError.self) {
            try await client.call(.get, "http://antenna.test/api/v2/jobs/", operation: "test")
        }
        #expect(server.requests.count == 1)
    }
}
