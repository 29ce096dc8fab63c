import Foundation
import TestSupport
import Testing
import Worker

@testable import AntennaWorker

/// ONNX Runtime as it is installed tells its maker of the machine it runs on, and keeps what it has to tell in the user's cache folder.
@Suite("ONNX Runtime's telemetry", .timeLimit(.minutes(5)))
struct TelemetryTests {
    private static let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
    private static let tracer = "/usr/bin/strace"

    /// Runs a pipeline once in a home of its own.
    private func run(shell: String) async throws -> (files: [String], trace: String) {
        let home = try PackagePaths.scratch("home")
        defer { try? FileManager.default.removeItem(at: home) }
        let trace = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).strace")
        defer { try? FileManager.default.removeItem(at: trace) }
        let program = try RunningProgram(
            [
                "infer-file", "\(Self.models)/images/wide.jpg", "--pipeline", "tiny_pyramid", "--models", Self.models,
                "--log-level", "trace", "--device", "cpu:onnxruntime",
            ],
            shell: shell,
            // Whoever wants it still does not get it.
            environment: ["HOME": home.path, "TRACE": trace.path, "ORT_DISABLE_TELEMETRY": "0"]
        )
        let (status, said) = try await program.end()
        #expect(status == ExitStatus.success, "\(said)")
        let files = try FileManager.default.subpathsOfDirectory(atPath: home.path)
        return (files, (try? String(contentsOf: trace, encoding: .utf8)) ?? "")
    }

    @Test("is off: nothing is written into the user's home")
    func home() async throws {
        let (files, _) = try await run(shell: #"unset XDG_CACHE_HOME; exec "$@""#)
        #expect(files.isEmpty)
    }

    @Test(
        "is off: no name is asked for, no connection made, no file written",
        .enabled(if: FileManager.default.isExecutableFile(atPath: tracer), "needs strace")
    )
    func calls() async throws {
        let (_, trace) = try await run(
            shell: #"exec \#(Self.tracer) -f -o "$TRACE" -e trace=connect,sendto,sendmsg,sendmmsg,openat,mkdir "$@""#
        )
        let lines = trace.split(separator: "\n")
        #expect(lines.contains { $0.contains("libonnxruntime.so") })
        for line in lines {
            #expect(!line.contains("AF_INET") && !line.contains("resolv.conf") && !line.contains("mkdir("), "\(line)")
            #expect(!line.contains("O_CREAT") && !line.contains("O_RDWR|"), "\(line)")
        }
    }
}
