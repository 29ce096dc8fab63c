import Foundation
import TestSupport
import Testing

/// Roles of a fleet without a broker: RabbitMQ is not needed here.
@Suite("The end of a role whose broker is away", .timeLimit(.minutes(5)))
struct UnreachableBrokerTests {
    @Test(
        "a role with nothing in hand ends well, whether the broker refuses or is silent",
        arguments: ["relay", "fetch"]
    )
    func end(role: String) async throws {
        let silent = try RawHTTPServer { $0.waitUntilPeerCloses() }
        defer { silent.stop() }
        for port in [silent.port, try LoopbackPort.free(1)[0]] {
            let scratch = try PackagePaths.scratch("away")
            let file = scratch.appending(path: "broker.txt")
            try Data("amqp://guest:guest@127.0.0.1:\(port)/".utf8).write(to: file)
            let program = try RunningProgram(
                [
                    role, "--pipeline", "demo", "--amqp-url-file", file.path, "--admin-port", "0",
                ] + (role == "relay" ? ["--base-url", "http://127.0.0.1:9/api/v2"] : []),
                environment: ["ANTENNA_WORKER_REDIS_URL": role == "fetch" ? "redis://127.0.0.1:9/0" : ""],
                scratch: scratch
            )
            // What it says first comes from its run.
            let begun = role == "relay" ? "Asking Antenna failed" : "Redis cannot be used"
            try await eventually { program.said.contains(begun) }
            program.child.send(signal: SIGTERM)
            let (status, said) = try await program.end()
            #expect(status == 0, "\(said)")
            #expect(said.contains("This is what was done"), "\(said)")
        }
    }
}
