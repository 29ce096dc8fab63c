import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Signals")
struct ProcessSignalsTests {
    /// Writes down what happened, in order.
    private final class Record: Sendable {
        private let entries = Mutex<[String]>([])

        var all: [String] { entries.withLock { $0 } }

        func add(_ entry: String) {
            entries.withLock { $0.append(entry) }
        }
    }

    private let record = Record()

    private func makeSignals() -> ProcessSignals {
        ProcessSignals { [record] in record.add("ended by \($0)") }
    }

    private func listen(to signals: ProcessSignals, as name: String) {
        signals.whenStopped { [record] in
            record.add("\(name) stops")
        } again: { [record] in
            record.add("\(name) again")
        }
    }

    @Test("that come before anybody listens are kept, however many they are")
    func kept() {
        let signals = makeSignals()
        for _ in 0..<1_000 { signals.receive(SIGTERM) }
        #expect(record.all.isEmpty)
        listen(to: signals, as: "role")
        #expect(record.all == ["role stops", "role again"])
    }

    @Test("stop once, and every further one is a second one, whoever listens by then")
    func secondSignal() {
        let signals = makeSignals()
        listen(to: signals, as: "start")
        signals.receive(SIGINT)
        listen(to: signals, as: "work")
        signals.receive(SIGTERM)
        signals.receive(SIGHUP)
        #expect(record.all == ["start stops", "work again", "work again"])
    }

    @Test("end a command that is no role as they do by themselves, also those that came before")
    func command() {
        let early = makeSignals()
        early.receive(SIGINT)
        early.endProcess()
        early.receive(SIGTERM)
        early.receive(SIGUSR1)
        #expect(record.all == ["ended by \(SIGINT)", "ended by \(SIGTERM)", "ended by \(SIGUSR1)"])
    }

    @Test("pause and resume by turns; what came before is not forgotten")
    func toggle() {
        let signals = makeSignals()
        for _ in 0..<3 { signals.receive(SIGUSR1) }
        signals.whenToggled { [record] in record.add("toggled") }
        #expect(record.all == ["toggled"])
        signals.receive(SIGUSR1)
        #expect(record.all == ["toggled", "toggled"])
    }
}

/// A role that is told to stop while C code loads what it needs: here a library that is a pipe, on which the loader waits for ever.
@Suite("A stop during the start", .timeLimit(.minutes(5)))
struct EarlyStopTests {
    private struct StartingRole {
        let program: RunningProgram
        let writer: Int32

        init(_ arguments: [String], shell: String = #"exec "$@""#) async throws {
            let scratch = try PackagePaths.scratch("program")
            let library = try NamedPipe(in: scratch)
            program = try RunningProgram(
                arguments + ["--models", PackagePaths.models],
                shell: shell,
                environment: ["ORT_DYLIB_PATH": library.path],
                scratch: scratch
            )
            // From here on it is in the middle of its start, and stays there.
            writer = try await library.openOnceRead()
        }

        func end() async throws -> (status: Int32, said: String) {
            defer { close(writer) }
            return try await program.end()
        }
    }

    private static let run = [
        "run", "--device", "cpu:onnxruntime", "--base-url", "http://127.0.0.1:9/api/v2", "--pipeline", "demo",
        "--admin-port", "0", "--spool", "spool",
    ]

    @Test("ends a role at once with status 0", arguments: [SIGTERM, SIGINT, SIGHUP])
    func role(number: Int32) async throws {
        let role = try await StartingRole(Self.run)
        role.program.child.send(signal: number)
        let (status, said) = try await role.end()
        #expect(status == ExitStatus.success, "\(said)")
        #expect(said.contains("Stopped before the work began"), "\(said)")
    }

    @Test("ends a command that is no role as the signal does by itself")
    func command() async throws {
        let role = try await StartingRole(["infer-file", "a.jpg", "--pipeline", "demo", "--device", "cpu:onnxruntime"])
        role.program.child.send(signal: SIGTERM)
        let (status, _) = try await role.end()
        #expect(status == -SIGTERM)
    }

    @Test("is nothing to a role that was told to ignore the end of its terminal, as nohup does")
    func nohup() async throws {
        let role = try await StartingRole(Self.run, shell: #"trap '' HUP; exec "$@""#)
        role.program.child.send(signal: SIGHUP)
        role.program.child.send(signal: SIGUSR1)
        // Told after the other, and heard after it.
        try await eventually { role.program.said.contains("Paused") }
        #expect(role.program.child.isRunning)
        role.program.child.send(signal: SIGTERM)
        #expect(try await role.end().status == ExitStatus.success)
    }

    @Test(
        "is not lost for process number 1, as a container's is",
        .enabled(if: PIDNamespace.isAllowed, "needs unshare")
    )
    func firstProcess() async throws {
        let role = try await StartingRole(Self.run, shell: #"exec unshare --fork --pid --kill-child "$@""#)
        let first = try #require(PIDNamespace.child(of: role.program.child.pid))
        #expect(kill(first, SIGTERM) == 0)
        let (status, said) = try await role.end()
        #expect(status == ExitStatus.success, "\(said)")
        #expect(said.contains("Stopped before the work began"), "\(said)")
    }
}

/// A namespace of processes in which a program is number 1.
private enum PIDNamespace {
    static let isAllowed: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "unshare --fork --pid true >/dev/null 2>&1"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// The only child of a process, by its number outside.
    static func child(of process: pid_t) -> pid_t? {
        let children = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return children.flatMap { $0.split(separator: " ").first }.flatMap { pid_t($0) }
    }
}
