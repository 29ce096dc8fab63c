import LocalAntenna
import Logging
import Settings
import TestSupport
import Testing
import Transport
import WorkerTestSupport

@testable import Worker

/// What is found out of Antenna before models are loaded, and what `check` says of it.
@Suite(.timeLimit(.minutes(5))) struct AntennaPreflightTests {
    private let fixture: ScratchFolder
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        fixture = try ScratchFolder()
        try fixture.write("t0ken", to: "token")
    }

    /// Starts a local Antenna of two projects' jobs that asks for a token, or for none.
    private func withAntenna(token: String? = "t0ken", _ body: (LocalAntennaServer) async throws -> Void) async throws {
        try await withLocalAntenna({ $0.token = token }, body: body)
    }

    private func settings(_ address: String, _ flags: String...) throws -> WorkerSettings {
        try fixture.resolve(flags: ["--base-url", address, "--models", PackagePaths.models] + flags).settings
    }

    private var token: [String] { ["--token-file", "\(fixture.directory)/token"] }

    @Test("a token is asked for at the start where Antenna does so, also on this machine")
    func withoutToken() async throws {
        try await withAntenna { antenna in
            let settings = try settings(antenna.baseURL)
            await #expect { try await AntennaPreflight.run(settings, role: "test", logger: quiet) } throws: {
                $0 is SettingsError && "\($0)".contains("--token-file")
            }
        }
        try await withAntenna(token: nil) { antenna in
            try await AntennaPreflight.run(settings(antenna.baseURL), role: "test", logger: quiet)
        }
    }

    @Test("a project that is not there is a mistake in the settings")
    func unknownProject() async throws {
        try await withAntenna { antenna in
            let settings = try settings(antenna.baseURL, "--project", "99", token[0], token[1])
            await #expect { try await AntennaPreflight.run(settings, role: "test", logger: quiet) } throws: {
                $0 is SettingsError && "\($0)".contains("no project 99")
            }
        }
    }

    @Test(
        "an address that leads past the API is a mistake that names the right one",
        arguments: ["/api", "/projects/3"]
    )
    func addressOfAPage(path: String) async throws {
        try await withAntenna { antenna in
            let right = antenna.baseURL
            let host = right.dropLast("/api/v2".count)
            let settings = try settings("\(host)\(path)", token[0], token[1])
            await #expect { try await AntennaPreflight.run(settings, role: "test", logger: quiet) } throws: {
                $0 is SettingsError && "\($0)".contains("which is at \(right)")
            }
            let findings = await AntennaCheck(settings).section(isSet: true).findings
            #expect(findings.first?.remedy?.contains(right) == true)
        }
    }

    @Test("an address that ends as the API's is not asked about, and one of nobody keeps nobody from starting")
    func addressNotAsked() async throws {
        let server = try RawHTTPServer { $0.waitUntilPeerCloses() }
        defer { server.stop() }
        let usual = try settings("\(server.base)/moths/api/v2", token[0], token[1])
        try await AntennaPreflight.run(usual, role: "test", logger: quiet)
        #expect(server.connectionCount == 0)
        let away = try settings("http://127.0.0.1:1/moths", token[0], token[1])
        try await AntennaPreflight.run(away, role: "test", logger: quiet)
    }

    @Test("an Antenna that is away keeps nobody from starting")
    func away() async throws {
        let settings = try settings("http://127.0.0.1:1/api/v2", "--project", "9")
        try await AntennaPreflight.run(settings, role: "test", logger: quiet)
    }

    @Test("check without a token says one thing")
    func checkWithoutToken() async throws {
        try await withAntenna { antenna in
            let findings = await AntennaCheck(try settings(antenna.baseURL)).section(isSet: true).findings
            #expect(findings.map(\.status) == [.missing])
            #expect(findings.first?.detail.contains("none is set") == true)
            // A fleet behind RabbitMQ needs none.
            let fleet = await AntennaCheck(try settings(antenna.baseURL, "--source", "amqp")).section(isSet: true)
            #expect(fleet.findings.map(\.status) == [.good])
        }
        try await withAntenna(token: nil) { antenna in
            let findings = await AntennaCheck(try settings(antenna.baseURL)).section(isSet: true).findings
            #expect(findings.first?.status == .good)
        }
    }

    @Test(
        "what answers 200 and is not Antenna is told from it",
        arguments: ["<html>log in</html>", "OK", #"{"hello":1}"#, #"{"results":["x",1]}"#, "[1,2]", ""]
    )
    func otherSite(_ body: String) async throws {
        let server = try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer(body: body) }
        }
        defer { server.stop() }
        for flags in [token, token + ["--project", "1"]] {
            let settings = try fixture.resolve(flags: ["--base-url", "\(server.base)/api/v2"] + flags).settings
            let findings = await AntennaCheck(settings).section(isSet: true).findings
            #expect(findings.map(\.status) == [.missing], "\(findings)")
        }
    }
}
