internal import Foundation
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization
import Telemetry

/// The port of a server: listens on it, and again when listening ends with an error.
final class Listener: Sendable {
    private typealias Base = Server<GuardedChannel>

    let table: ConnectionTable
    /// Where the loop that accepts runs.
    let executor: EventLoopExecutor

    private let address: String
    private let group: MultiThreadedEventLoopGroup
    private let connections: GuardedChannel
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var server: Base?
        var running: Task<Void, any Error>?
        var isStopped = false
    }

    init(
        address: String,
        limits: HTTPServerLimits,
        group: MultiThreadedEventLoopGroup,
        logger: Logger,
        handler: @escaping HTTPServer.Handler
    ) {
        let executors = group.makeIterator().map { (ObjectIdentifier($0), EventLoopExecutor($0)) }
        self.address = address
        self.group = group
        self.logger = logger
        executor = executors[0].1
        table = ConnectionTable(limits: limits)
        connections = GuardedChannel(
            limits: limits,
            table: table,
            executors: Dictionary(uniqueKeysWithValues: executors),
            responder: Responder(
                limits: limits,
                budget: BodyBudget(bytes: limits.bodyBytesInAll),
                handler: handler
            )
        )
    }

    /// Listens until it is stopped.
    ///
    /// - Parameters:
    ///   - port: The port; 0 takes any that is free.
    ///   - report: Is told once which port it is, or why there is none; then this returns.
    func run(port: UInt16, report: @escaping @Sendable (Result<UInt16, HTTPServer.Failure>) -> Void) async {
        let listened = Mutex<UInt16?>(nil)
        while true {
            let server = makeServer(port: listened.withLock { $0 } ?? port) { port in
                let isFirst = listened.withLock { listened in
                    defer { listened = port }
                    return listened == nil
                }
                if isFirst { report(.success(port)) }
            }
            guard let running = begin(server) else { return }
            var problem = "the loop that accepts connections has ended"
            do {
                try await withTaskCancellationHandler {
                    try await running.value
                } onCancel: {
                    running.cancel()
                }
            } catch {
                problem = Self.words(error)
            }
            guard listened.withLock({ $0 }) != nil else { return report(.failure(.cannotListen(problem))) }
            let isStopped = state.withLock { state in
                (state.server, state.running) = (nil, nil)
                return state.isStopped
            }
            guard !isStopped else { return }
            logger.error(
                "A port is not listened on any more; it is tried again",
                metadata: [LogKey.address: "\(address)", LogKey.error: "\(problem)"]
            )
            try? await executor.sleep(.seconds(1))
        }
    }

    /// What the system says, without where in a library it was heard.
    private static func words(_ error: any Error) -> String {
        guard let code = (error as? IOError)?.errnoCode else { return "\(error)" }
        let words = String(cString: strerror(code))
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    /// Ends listening, and every connection once its answer is written.
    func stop() async {
        let server = state.withLock { state in
            state.isStopped = true
            return state.server
        }
        try? await server?.shutdownGracefully()
    }

    private func begin(_ server: Base) -> Task<Void, any Error>? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            let running = Task(executorPreference: executor) { try await server.run() }
            state.server = server
            state.running = running
            return running
        }
    }

    /// The port is not listened on any more.
    ///
    /// Hummingbird's server returns when its last connection has been handled, and only then the port can be listened on again.
    private func listeningEnded() {
        let running = state.withLock { $0.isStopped ? nil : $0.running }
        guard let running else { return }
        table.closeConnections()
        running.cancel()
    }

    private func makeServer(port: UInt16, listens: @escaping @Sendable (UInt16) -> Void) -> Base {
        let (table, logger) = (table, logger)
        let ended = { @Sendable [weak self] () -> Void in self?.listeningEnded() }
        return Server(
            childChannelSetup: connections,
            configuration: ServerConfiguration(address: .hostname(address, port: Int(port))),
            onServerRunning: { channel in
                let watching = channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptFailureLogger(table: table, logger: logger, ended: ended),
                        position: .first
                    )
                }
                try? await watching.get()
                listens(UInt16(clamping: channel.localAddress?.port ?? 0))
            },
            eventLoopGroup: group,
            logger: Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
