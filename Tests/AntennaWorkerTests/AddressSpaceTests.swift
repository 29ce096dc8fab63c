import Foundation
import TestSupport
import Testing
import Worker

@testable import AntennaWorker

/// Programs that may take little address space, in KiB as `ulimit -v` counts.
@Suite("Little address space", .timeLimit(.minutes(5)))
struct AddressSpaceTests {
    private static let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"

    @Test(
        "is refused in a sentence before ONNX Runtime ends the process for want of it",
        arguments: [400_000, 450_000, 500_000, 585_000, 627_000, 700_000, 1_048_575]
    )
    func refused(limit: Int) async throws {
        for command in [
            ["infer-file", "\(Self.models)/images/wide.jpg", "--pipeline", "tiny_pyramid"],
            [
                "run", "--base-url", "http://127.0.0.1:9/api/v2", "--pipeline", "tiny_pyramid", "--admin-port", "0",
                "--spool", "s",
            ],
        ] {
            let program = try RunningProgram(
                command + ["--models", Self.models],
                shell: "ulimit -v \(limit); exec \"$@\""
            )
            let (status, said) = try await program.end()
            #expect(status == 78, "\(said)")
            #expect(said.contains("of address space may be taken here"), "\(said)")
        }
    }
}
