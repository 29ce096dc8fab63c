package import Foundation
import Synchronization

/// A real Redis server of the test's own on a free loopback port, without persistence.
package final class RedisServer: Sendable {
    /// The port on 127.0.0.1.
    package let port: UInt16
    private let folder: URL
    private let arguments: [String]
    private let child: Mutex<ChildProcess>
    private static let sharedStart = Task { try await RedisServer() }

    /// The server shared by all tests of this process, started at the first call.
    package static func shared() async throws -> RedisServer {
        try await sharedStart.value
    }

    /// The URL of the server.
    package var url: String { "redis://127.0.0.1:\(port)/0" }

    /// The process identifier of the server.
    package var pid: pid_t { child.withLock { $0.pid } }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameter extra: Further arguments for `redis-server`, for instance `--maxmemory`, `2mb`.
    /// - Throws: ``TestEnvironmentError`` when the server is missing or does not start.
    package init(arguments extra: [String] = []) async throws {
        let port = try LoopbackPort.free(1)[0]
        self.port = port
        folder = FileManager.default.temporaryDirectory
            .appending(path: "antenna-redis-\(ProcessInfo.processInfo.processIdentifier)-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        arguments =
            ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.path]
            + extra
        child = Mutex(try Self.launch(arguments, folder))
        try await waitUntilReady()
    }

    /// Starts a Sentinel that watches a server, and waits until it answers.
    ///
    /// - Parameters:
    ///   - master: The server.
    ///   - service: The name that clients ask for.
    /// - Throws: ``TestEnvironmentError`` when it is missing or does not start.
    package init(sentinelOf master: RedisServer, service: String) async throws {
        let port = try LoopbackPort.free(1)[0]
        self.port = port
        folder = FileManager.default.temporaryDirectory
            .appending(path: "antenna-sentinel-\(ProcessInfo.processInfo.processIdentifier)-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "sentinel.conf")
        let lines = [
            "port \(port)", "bind 127.0.0.1", "dir \(folder.path)",
            "sentinel monitor \(service) 127.0.0.1 \(master.port) 1",
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        arguments = [file.path, "--sentinel"]
        child = Mutex(try Self.launch(arguments, folder))
        try await waitUntilReady()
    }

    /// Stops the server with SIGSTOP: it keeps its connections and answers nothing.
    package func freeze() {
        child.withLock { $0.send(signal: SIGSTOP) }
    }

    /// Lets a frozen server go on.
    package func thaw() {
        child.withLock { $0.send(signal: SIGCONT) }
    }

    /// Removes everything that is stored.
    package func flush() throws {
        try say("FLUSHALL")
    }

    /// Sends a command, as an operator would.
    package func command(_ text: String) async throws {
        try say(text)
    }

    private func say(_ command: String) throws {
        // Only so that a server that never answers ends the test: one that is busy may take long.
        guard LoopbackPort.answers(Array("\(command)\r\n".utf8), on: port, within: 60) else {
            throw TestEnvironmentError("Redis does not answer \(command).")
        }
    }

    /// Ends the server at once.
    package func kill() async throws {
        let child = child.withLock { $0 }
        child.send(signal: SIGKILL)
        await child.waitForExit()
        try child.release()
    }

    /// Starts the server again after ``kill()``, on the same port, empty.
    package func start() async throws {
        let started = try Self.launch(arguments, folder)
        child.withLock { $0 = started }
        try await waitUntilReady()
    }

    /// Ends the server and removes its folder; for a server that is not shared.
    package func discard() async throws {
        if child.withLock({ $0.isRunning }) { try await kill() }
        try FileManager.default.removeItem(at: folder)
    }

    private static func launch(_ arguments: [String], _ folder: URL) throws -> ChildProcess {
        let executable = "/usr/bin/redis-server"
        guard FileManager.default.isExecutableFile(atPath: executable) else {
            throw TestEnvironmentError("\(executable) is missing: run `apt-get install redis-server redis-tools`.")
        }
        return try ChildProcess(
            executable: executable,
            arguments: arguments,
            environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"],
            output: folder.appending(path: "redis.log"),
            scratch: folder
        )
    }

    private func waitUntilReady() async throws {
        let ping = Array("PING\r\n".utf8)
        // Whatever ended the wait, its log says more.
        var isReady = false
        try? await eventually {
            isReady = LoopbackPort.answers(ping, on: port, within: 1)
            return isReady || !child.withLock { $0.isRunning }
        }
        guard isReady else {
            let log = try? String(contentsOf: folder.appending(path: "redis.log"), encoding: .utf8)
            throw TestEnvironmentError("Redis did not start: \(log ?? "no log")")
        }
    }
}
