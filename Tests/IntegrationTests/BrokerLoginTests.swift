import Foundation
import TestSupport
import Testing

/// A fleet's role whose password RabbitMQ does not take.
@Suite("Logins that RabbitMQ refuses", .timeLimit(.minutes(5)))
struct BrokerLoginTests {
    private func relay(_ broker: RabbitMQServer, attempts: String) throws -> RunningProgram {
        let scratch = try PackagePaths.scratch("login")
        let file = scratch.appending(path: "broker.txt")
        try Data("amqp://guest:wrong-password@127.0.0.1:\(broker.port)/".utf8).write(to: file)
        return try RunningProgram(
            [
                "relay", "--pipeline", "demo", "--base-url", "http://127.0.0.1:9/api/v2", "--admin-port", "0",
                "--amqp-url-file", file.path, "--login-attempts", attempts,
            ],
            scratch: scratch
        )
    }

    @Test("end the process after so many attempts, with the status of what another start does not fix")
    func ending() async throws {
        let program = try relay(try await RabbitMQServer.shared(), attempts: "2")
        let (status, said) = try await program.end()
        #expect(status == 78, "\(said)")
        #expect(said.contains("RabbitMQ refuses user and password; trying again"), "\(said)")
        #expect(said.contains("has refused user and password 2 times in a row"), "\(said)")
        #expect(!said.contains("wrong-password"))
    }

    @Test("go on for ever where that is set, and the process ends as it is told to")
    func goingOn() async throws {
        let program = try relay(try await RabbitMQServer.shared(), attempts: "0")
        try await eventually { program.said.contains("RabbitMQ refuses user and password") }
        program.child.send(signal: SIGTERM)
        let (status, said) = try await program.end()
        #expect(status == 0, "\(said)")
    }
}
