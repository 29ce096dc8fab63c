import Foundation
import Settings
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

/// Programs that may open few files and connections.
@Suite("Few descriptors", .timeLimit(.minutes(5)))
struct DescriptorLimitTests {
    private static let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
    private static let limits = [10, 16, 20, 24, 28, 31, 32, 40, 48, 64, 100]

    private func run(
        _ arguments: [String],
        limit: Int,
        kind: String = ""
    ) async throws -> (status: Int32, said: String) {
        let program = try RunningProgram(
            arguments,
            shell: "ulimit \(kind) -n \(limit); exec \"$@\"",
            environment: [
                BrokerSettings().url.variables[0]: "amqp://guest:guest@127.0.0.1:9/",
                RedisSettings().url.variables[0]: "redis://127.0.0.1:9/0",
            ]
        )
        return try await program.end()
    }

    @Test("are refused by a role in a sentence that says how many it needs", arguments: limits)
    func roles(limit: Int) async throws {
        let common = ["--pipeline", "tiny_pyramid", "--models", Self.models, "--admin-port", "0"]
        for command in [["run", "--base-url", "http://127.0.0.1:9/api/v2"], ["run", "--source", "amqp"], ["fetch"]] {
            let (status, said) = try await run(command + common, limit: limit)
            #expect(status == ExitStatus.failure, "\(command): \(said)")
            #expect(
                said.contains("No more than \(limit) files and connections may be open here"),
                "\(command): \(said)"
            )
        }
    }

    @Test("are enough for a command, or refused by it", arguments: limits)
    func commands(limit: Int) async throws {
        for command in [["models", "list", "--models", Self.models], ["check", "--models", Self.models]] {
            let (status, said) = try await run(command, limit: limit)
            if limit < DescriptorLimit.least {
                #expect(status == ExitStatus.failure, "\(command): \(said)")
                #expect(said.contains("No more than \(limit) files and connections may be open here"), "\(said)")
            } else {
                #expect(status == 0 || command[0] == "check" && status == ExitStatus.failure, "\(command): \(said)")
            }
        }
    }

    @Test("are enough for files from the number on that is asked for", arguments: [24, 39, 40, 64])
    func files(limit: Int) async throws {
        let image = "\(Self.models)/images/wide.jpg"
        let (status, said) = try await run(
            ["infer-file", "--pipeline", "tiny_pyramid", "--models", Self.models] + Array(repeating: image, count: 30),
            limit: limit
        )
        #expect(status == (limit < 40 ? ExitStatus.failure : ExitStatus.success), "\(said)")
        #expect(said.contains("No more than \(limit) files") == (limit < 40), "\(said)")
    }

    @Test("are no matter where the process may raise the limit by itself")
    func softLimit() async throws {
        let (status, said) = try await run(["models", "list", "--models", Self.models], limit: 16, kind: "-S")
        #expect(status == ExitStatus.success, "\(said)")
    }

    @Test("are asked for once: the number that is named suffices", arguments: [24, 33])
    func advice(limit: Int) async throws {
        let image = "\(Self.models)/images/wide.jpg"
        let arguments = ["infer-file", image, "--pipeline", "tiny_pyramid", "--models", Self.models]
        let said = try await run(arguments, limit: limit).said
        let number = try #require(
            said.matches(of: /at once, and (?:with these settings )?(\d+)/).first.flatMap { Int($0.output.1) }
        )
        let (status, saidThen) = try await run(arguments, limit: number)
        #expect(status == ExitStatus.success, "\(saidThen)")
    }

    @Test("are counted by what the settings ask for, and help needs none")
    func need() async throws {
        let fixture = try ScratchFolder()
        let few = try fixture.resolve(flags: ["--fetch-concurrency", "1", "--admin-port", "0"]).settings.descriptors
        let many = try fixture.resolve(flags: ["--fetch-concurrency", "256"]).settings.descriptors
        #expect(few < many)
        // What systemd gives a service that asks for nothing.
        #expect(try fixture.resolve().settings.descriptors < 1_024)
        let (status, said) = try await run(["run", "--help"], limit: 10)
        #expect(status == ExitStatus.success, "\(said)")
    }
}
