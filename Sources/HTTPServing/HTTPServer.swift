internal import Foundation
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// An HTTP/1.1 server that listens: Hummingbird's, with limits on everything and threads of its own.
///
/// Handlers run on its threads and not on Swift's pool, so that they answer while that is busy; they must not block.
package final class HTTPServer: Sendable {
    /// Answers a request.
    ///
    /// An error that it throws is answered 500; a `CancellationError` cuts the connection.
    package typealias Handler = @Sendable (ServerRequest) async throws -> ServerResponse

    /// Why a server cannot listen.
    package enum Failure: Error, CustomStringConvertible {
        /// The text is no IPv4 or IPv6 address.
        case badAddress(String)
        /// The system would not have it.
        case cannotListen(String)

        package var description: String {
            switch self {
            case .badAddress(let reason), .cannotListen(let reason): reason
            }
        }
    }

    /// The port it listens on.
    package let port: UInt16
    private let table: ConnectionTable
    private let group: MultiThreadedEventLoopGroup
    private let listener: Listener
    private let task: Task<Void, Never>

    private init(port: UInt16, group: MultiThreadedEventLoopGroup, listener: Listener, task: Task<Void, Never>) {
        self.port = port
        self.table = listener.table
        self.group = group
        self.listener = listener
        self.task = task
    }

    /// Listens.
    ///
    /// - Parameters:
    ///   - address: An IPv4 or IPv6 address of this machine.
    ///   - port: The port; 0 takes any that is free.
    ///   - limits: What it bears.
    ///   - threads: How many threads it has; handlers and connections share them.
    ///   - logger: Where connections that cannot be accepted are reported.
    ///   - handler: Answers.
    /// - Returns: The server, which listens by now.
    /// - Throws: ``Failure``.
    package static func start(
        address: String,
        port: UInt16,
        limits: HTTPServerLimits = HTTPServerLimits(),
        threads: Int = 1,
        logger: Logger,
        handler: @escaping Handler
    ) async throws(Failure) -> HTTPServer {
        guard (try? SocketAddress(ipAddress: address, port: Int(port))) != nil else {
            throw .badAddress("\(address) is no IP address")
        }
        guard hasDescriptors(forThreads: threads) else { throw .cannotListen("too many open files") }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let listener = Listener(
            address: address,
            limits: limits,
            group: group,
            logger: logger,
            handler: handler
        )
        let (outcomes, report) = AsyncStream.makeStream(of: Result<UInt16, Failure>.self)
        let task = Task(executorPreference: listener.executor) {
            await listener.run(port: port) { report.yield($0) }
        }
        var outcome = Result<UInt16, Failure>.failure(.cannotListen("the start was cancelled"))
        for await first in outcomes {
            outcome = first
            break
        }
        do throws(Failure) {
            return HTTPServer(port: try outcome.get(), group: group, listener: listener, task: task)
        } catch {
            await listener.stop()
            await task.value
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Connections that are open now.
    package var connectionCount: Int { table.count }

    /// Stops listening, lets answers that are under way end, and cuts the rest.
    ///
    /// - Parameter patience: How long those may take.
    package func stop(patience: Duration = .seconds(2)) async {
        let (table, task) = (table, task)
        let cut = group.next().scheduleTask(in: TimeAmount(patience)) {
            table.closeAll()
            task.cancel()
        }
        await listener.stop()
        await task.value
        cut.cancel()
        try? await group.shutdownGracefully()
    }

    /// NIO takes three for each thread and ends the process when there are none.
    private static func hasDescriptors(forThreads threads: Int) -> Bool {
        let spare = (0...(threads * 3)).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        for descriptor in spare where descriptor >= 0 { close(descriptor) }
        return spare.allSatisfy { $0 >= 0 }
    }
}
