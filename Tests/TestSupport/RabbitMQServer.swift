package import Foundation
import Synchronization

/// A real RabbitMQ broker of the test's own: free loopback ports, its own data folder, its own port mapper.
///
/// It starts no system service and shares nothing with one. Starting takes seconds, so tests share ``shared()`` and use queue names
/// of their own; a test that stops or kills the broker starts its own.
package final class RabbitMQServer: Sendable {
    /// What a node shares with the others of its cluster.
    struct Seat: Sendable {
        let port: UInt16
        let distributionPort: UInt16
        let portMapperPort: UInt16
        /// Holds the cookie by which nodes know each other.
        let home: URL
    }

    private struct State {
        var broker: ChildProcess
        /// Nil where the cluster has one for all nodes.
        let portMapper: ChildProcess?
    }

    /// What the node is called by the others of a cluster.
    var nodeName: String { Self.nodeName(port: port) }
    /// The port for AMQP on 127.0.0.1.
    package let port: UInt16
    /// The folder with configuration, data, and logs.
    package let folder: URL
    private let environment: [String: String]
    private let password: String
    private let state: Mutex<State>
    private static let sharedStart = Task { try await RabbitMQServer() }

    /// The broker shared by all tests of this process, started at the first call.
    package static func shared() async throws -> RabbitMQServer {
        try await sharedStart.value
    }

    /// The URL of the broker, with user and password.
    package var url: String { "amqp://guest:\(password)@127.0.0.1:\(port)/" }

    /// Starts a broker and waits until it accepts AMQP connections.
    ///
    /// - Parameters:
    ///   - configuration: Further lines for `rabbitmq.conf`.
    ///   - password: The password of the user `guest`.
    /// - Throws: ``TestEnvironmentError`` when the broker is missing or does not start.
    package convenience init(configuration: [String] = [], password: String = "guest") async throws {
        try await self.init(configuration: configuration, password: password, seat: nil)
    }

    /// Starts a node of a cluster, whose port mapper runs already.
    convenience init(configuration: [String], seat: Seat) async throws {
        try await self.init(configuration: configuration, password: "guest", seat: seat)
    }

    private init(configuration: [String], password: String, seat: Seat?) async throws {
        self.password = password
        let scripts = "/usr/lib/rabbitmq/bin"
        for needed in ["\(scripts)/rabbitmq-server", "/usr/bin/epmd"]
        where !FileManager.default.isExecutableFile(atPath: needed) {
            throw TestEnvironmentError("\(needed) is missing: run `apt-get install rabbitmq-server`.")
        }
        let ports = try seat.map { [$0.port, $0.distributionPort, $0.portMapperPort] } ?? LoopbackPort.free(3)
        port = ports[0]
        folder = FileManager.default.temporaryDirectory
            .appending(path: "antenna-rabbitmq-\(ProcessInfo.processInfo.processIdentifier)-\(ports[0])")
        for sub in ["home", "mnesia", "log"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: sub),
                withIntermediateDirectories: true
            )
        }
        let settings =
            [
                "default_pass = \(password)",
                "listeners.tcp.1 = 127.0.0.1:\(port)",
                "vm_memory_high_watermark.absolute = 1GB",
                "disk_free_limit.absolute = 1MB",
                "log.file.level = warning",
            ] + configuration
        let file = folder.appending(path: "rabbitmq.conf")
        try (settings.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        environment = [
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "HOME": seat?.home.path ?? folder.appending(path: "home").path,
            "RABBITMQ_NODENAME": Self.nodeName(port: port),
            "RABBITMQ_MNESIA_BASE": folder.appending(path: "mnesia").path,
            "RABBITMQ_LOG_BASE": folder.appending(path: "log").path,
            "RABBITMQ_CONFIG_FILE": file.path,
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": folder.appending(path: "plugins").path,
            "RABBITMQ_PID_FILE": folder.appending(path: "pid").path,
            "RABBITMQ_DIST_PORT": String(ports[1]),
            "ERL_EPMD_PORT": String(ports[2]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false",
        ]
        let portMapper = seat == nil ? try await Self.startPortMapper(environment, on: ports[2], folder) : nil
        let broker = try Self.launch(environment, folder)
        state = Mutex(State(broker: broker, portMapper: portMapper))
        try await waitUntilReady()
    }

    /// Starts a port mapper, through which nodes find each other.
    static func startPortMapper(
        _ environment: [String: String],
        on port: UInt16,
        _ folder: URL
    ) async throws -> ChildProcess {
        let portMapper = try ChildProcess(
            executable: "/usr/bin/epmd",
            arguments: ["-address", "127.0.0.1", "-port", String(port)],
            environment: environment,
            output: folder.appending(path: "epmd.log"),
            scratch: folder
        )
        try await waitForPortMapper(on: port)
        return portMapper
    }

    static func nodeName(port: UInt16) -> String { "antenna\(port)@localhost" }

    /// Ends the broker in an orderly way; durable queues keep their messages.
    package func stop() async throws {
        try await end(SIGTERM)
    }

    /// Ends the broker at once, as a power cut would.
    package func kill() async throws {
        try await end(SIGKILL)
    }

    /// Starts the broker again after ``stop()`` or ``kill()``, on the same port with the same data.
    package func start() async throws {
        let broker = try Self.launch(environment, folder)
        state.withLock { $0.broker = broker }
        try await waitUntilReady()
    }

    /// Ends everything and removes the data; for a broker that is not shared.
    package func discard() async throws {
        if state.withLock({ $0.broker.isRunning }) { try await kill() }
        if let portMapper = state.withLock({ $0.portMapper }) {
            portMapper.send(signal: SIGKILL)
            await portMapper.waitForExit()
            try portMapper.release()
        }
        try FileManager.default.removeItem(at: folder)
    }

    /// Runs `rabbitmqctl` against this broker and returns what it printed; throws when it fails.
    @discardableResult
    package func control(_ arguments: String...) async throws -> String {
        let output = folder.appending(path: "control-\(UUID().uuidString).log")
        let child = try ChildProcess(
            executable: "/usr/lib/rabbitmq/bin/rabbitmqctl",
            arguments: ["--quiet"] + arguments,
            environment: environment,
            output: output,
            scratch: folder
        )
        await child.waitForExit()
        try child.release()
        let text = try String(contentsOf: output, encoding: .utf8)
        guard child.exitStatus == 0 else {
            throw TestEnvironmentError("rabbitmqctl \(arguments.joined(separator: " ")) failed: \(text)")
        }
        return text
    }

    private static func waitForPortMapper(on port: UInt16) async throws {
        try await eventually {
            guard let socket = try? LoopbackPort.connect(to: port) else { return false }
            close(socket)
            return true
        }
    }

    private static func launch(_ environment: [String: String], _ folder: URL) throws -> ChildProcess {
        let pidFile = folder.appending(path: "pid")
        try? FileManager.default.removeItem(at: pidFile)
        return try ChildProcess(
            executable: "/usr/lib/rabbitmq/bin/rabbitmq-server",
            arguments: [],
            environment: environment,
            output: folder.appending(path: "broker.log"),
            pidFile: pidFile.path,
            // A broker that dies while it starts leaves a dump where it works.
            directory: folder,
            scratch: folder
        )
    }

    private func end(_ signal: Int32) async throws {
        let broker = state.withLock { $0.broker }
        let written = try String(contentsOf: folder.appending(path: "pid"), encoding: .utf8)
        guard let pid = pid_t(written.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestEnvironmentError("The broker's pid file holds no number.")
        }
        Foundation.kill(pid, signal)
        await broker.waitForExit()
        try broker.release()
    }

    private func waitUntilReady() async throws {
        let greeting: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]
        // Whatever ended the wait, its log says more.
        var isReady = false
        try? await eventually(within: .seconds(120)) {
            isReady = LoopbackPort.answers(greeting, on: port, within: 1)
            return isReady || !state.withLock { $0.broker.isRunning }
        }
        guard isReady else {
            let log = try? String(contentsOf: folder.appending(path: "broker.log"), encoding: .utf8)
            throw TestEnvironmentError("RabbitMQ did not start: \(log ?? "no log")")
        }
    }
}
