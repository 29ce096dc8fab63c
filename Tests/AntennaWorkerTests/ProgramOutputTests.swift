import Foundation
import TestSupport
import Testing
import Worker

/// Programs whose output nobody can have.
@Suite("Output of the program", .timeLimit(.minutes(5)))
struct ProgramOutputTests {
    private static let commands = [
        ["help"], ["--version"], ["run", "--help"], ["check", "--markdown"],
        ["models", "list", "--models", PackagePaths.models],
        ["--generate-completion-script", "bash"],
    ]

    @Test("that cannot be written ends a command with status 1 and a sentence", arguments: commands)
    func answers(arguments: [String]) async throws {
        for (redirection, reason) in [
            (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"), ("> >(true)", "Broken pipe"),
        ] {
            // Not before the reader has gone.
            let wait = redirection.hasPrefix("> >") ? "wait $!; " : ""
            let program = try RunningProgram(arguments, shell: "exec \(redirection); \(wait)exec \"$@\"")
            let (status, said) = try await program.end()
            #expect(status == ExitStatus.failure, "\(redirection): \(said)")
            #expect(said.contains("Standard output cannot be written: \(reason)."), "\(redirection): \(said)")
        }
    }

    @Test("that cannot be written ends infer-file with status 1 and a sentence")
    func inferFile() async throws {
        let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
        let image = "\(models)/images/wide.jpg"
        for redirection in [">/dev/full", ">&-"] {
            let program = try RunningProgram(
                ["infer-file", image, image, "--json", "--pipeline", "tiny_pyramid", "--models", models],
                shell: "exec \(redirection); exec \"$@\""
            )
            let (status, said) = try await program.end()
            #expect(status == ExitStatus.failure, "\(redirection): \(said)")
            #expect(said.contains("Standard output cannot be written: "), "\(redirection): \(said)")
        }
    }

    @Test(
        "beside the work costs a role nothing: it goes on and ends as it is told to",
        arguments: ["2>/dev/full", "2>&-", "2> >(true)", "<&- >&- 2>&-", ">/dev/full 2>&1"]
    )
    func role(redirection: String) async throws {
        let port = try #require(try LoopbackPort.free(1).first)
        let program = try RunningProgram(
            [
                "serve", "--port", "\(port)", "--log-level", "trace",
                "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity/images",
            ],
            shell: "exec \(redirection); exec \"$@\""
        )
        // What is said at every request goes to nobody's connection.
        let request = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        try await eventually { LoopbackPort.answers(request, on: port, within: 1) }
        program.child.send(signal: SIGTERM)
        let (status, said) = try await program.end()
        #expect(status == ExitStatus.success, "\(said)")
    }
}
