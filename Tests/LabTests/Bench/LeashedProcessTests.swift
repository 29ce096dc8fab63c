import Foundation
import TestSupport
import Testing

@testable import Lab

@Suite("Programs on a leash", .timeLimit(.minutes(5)))
struct LeashedProcessTests {
    fileprivate static let variable = "ANTENNA_TEST_LEASH"

    fileprivate static func sleeper(_ seconds: Int) throws -> (process: LeashedProcess, pid: pid_t) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sleep")
        process.arguments = ["\(seconds)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return (try LeashedProcess(process), process.processIdentifier)
    }

    @Test("They end with a process that is killed, all of them")
    func killed() async throws {
        let (_, said) = try await ChildProcess.runSuite("LeashHolderMain", ordering: Self.variable)
        let programs = said.split(separator: "\n").compactMap { pid_t($0) }
        try #require(programs.count == 3, "\(said)")
        try await eventually { programs.allSatisfy { kill($0, 0) != 0 } }
    }

    @Test("One that has ended is let go of, and its status is told")
    func ended() throws {
        #expect(try Self.sleeper(0).process.waitUntilExit() == 0)
        let (process, pid) = try Self.sleeper(1_000)
        #expect(process.isRunning)
        process.terminate()
        #expect(process.waitUntilExit() == SIGTERM)
        #expect(!process.isRunning && kill(pid, 0) != 0)
    }
}

@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment[LeashedProcessTests.variable] != nil,
        "the other end of LeashedProcessTests"
    )
)
struct LeashHolderMain {
    @Test func hold() throws {
        let programs = try (0..<3).map { _ in try LeashedProcessTests.sleeper(1_000) }
        // On lines of their own, and there before the end.
        FileHandle.standardOutput.write(Data("\n\(programs.map { "\($0.pid)" }.joined(separator: "\n"))\n".utf8))
        withExtendedLifetime(programs) { _ = kill(getpid(), SIGKILL) }
    }
}
