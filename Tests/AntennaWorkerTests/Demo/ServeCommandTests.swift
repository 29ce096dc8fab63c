import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import AntennaWorker

@Suite("The local Antenna as a program", .timeLimit(.minutes(5)))
struct ServeCommandTests {
    /// More than can be drawn while a test runs.
    private static let manyScenes = ["--scenes", "10000"]

    private func serve(_ arguments: [String]) throws -> (child: ChildProcess, log: () -> String) {
        let scratch = try PackagePaths.scratch("serve")
        let output = scratch.appending(path: "output.log")
        let child = try ChildProcess(
            executable: PackagePaths.executable,
            arguments: ["serve"] + arguments,
            environment: ProcessInfo.processInfo.environment,
            output: output,
            scratch: scratch
        )
        return (child, { (try? String(contentsOf: output, encoding: .utf8)) ?? "" })
    }

    @Test("it answers before its scenes are drawn, and ends in the middle of that when it is told to")
    func answersAtOnce() async throws {
        let (child, log) = try serve(["--port", "0"] + Self.manyScenes)
        let beginning = "Local Antenna at http://127.0.0.1:"
        try await eventually { log().contains(beginning) || !child.isRunning }
        let port = log().components(separatedBy: beginning).dropFirst().first?.prefix { $0.isNumber }
        let client = PlainHTTPClient(port: try #require(port.flatMap { UInt16($0) }, "\(log())"))
        #expect(try await client.get("/api/v2/jobs/").status == 200)
        child.send(signal: SIGTERM)
        await child.waitForExit()
        #expect(child.exitStatus == 0, "\(log())")
    }

    @Test("a port that is taken is told before anything is drawn")
    func takenPort() async throws {
        let (descriptor, port) = try LoopbackPort.listen()
        defer { close(descriptor) }
        let (child, log) = try serve(["--port", "\(port)"] + Self.manyScenes)
        await child.waitForExit()
        #expect(child.exitStatus != 0, "\(log())")
        let words = "127.0.0.1 port \(port): address already in use. Name another with --port"
        #expect(log().contains(words), "\(log())")
    }

    @Test("so is one that the page of a demo is to have")
    func takenAdminPort() async throws {
        let (descriptor, port) = try LoopbackPort.listen()
        defer { close(descriptor) }
        let demo = try RunningProgram(["demo", "--live", "--admin-port", "\(port)"] + Self.manyScenes)
        let (status, said) = try await demo.end()
        #expect(status > 0, "\(said)")
        let words = "127.0.0.1 port \(port): address already in use. Name another port with --admin-port"
        #expect(said.contains(words), "\(said)")
    }

    @Test(
        "numbers that make no sense are refused with a sentence",
        arguments: [
            ["--latency", "-1"], ["--latency", "inf"], ["--latency", "nan"], ["--save-lag", "1e300"], ["--lease", "0"],
            ["--lease", "inf"], ["--tasks-delay", "-0.1"], ["--tasks", "99999999999"], ["--scenes", "0"],
            ["--jobs", "1000000"], ["--forbid", "2"], ["--forbid", "0", "--jobs", "3"], ["--fail-rate", "nan"],
        ]
    )
    func nonsense(arguments: [String]) {
        #expect(throws: (any Error).self) { try ServeCommand.parse(arguments) }
    }
}
