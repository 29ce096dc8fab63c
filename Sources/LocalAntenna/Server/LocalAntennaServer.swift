import FlyingFox
import FlyingSocks
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// An Antenna in this process: the REST contract with its state in memory, and a host for the images.
///
/// Start it with `start()` and end it with `stop()`, or hand it to a `ServiceGroup`.
package final class LocalAntennaServer: Service {
    let core: AntennaCore
    private let logger: Logger
    private let running = Mutex<Running?>(nil)

    private struct Running: Sendable {
        let server: HTTPServer
        let task: Task<Void, any Error>
        let port: UInt16
    }

    /// Creates a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: What to serve.
    ///   - now: The time since some fixed moment; leases are measured with it. Nil takes the machine's clock.
    ///   - logger: Where the server reports its start and end.
    ///   - onResult: Called with each result that is saved, once a task, on the connection's task.
    package init(
        configuration: LocalAntennaConfiguration,
        now: (@Sendable () -> Duration)? = nil,
        logger: Logger = Logger(label: "local-antenna"),
        onResult: (@Sendable (AcceptedResult) -> Void)? = nil
    ) {
        let start = ContinuousClock.now
        self.core = AntennaCore(
            configuration: configuration,
            now: now ?? { ContinuousClock.now - start },
            onResult: onResult
        )
        self.logger = logger
    }

    // MARK: Life

    /// Listens on the configured address.
    ///
    /// - Returns: The port, also when the configuration left the choice to the system.
    /// - Throws: `LocalAntennaError` when the address cannot be used.
    @discardableResult
    package func start() async throws(LocalAntennaError) -> UInt16 {
        let server = try makeServer()
        let (outcomes, report) = AsyncStream.makeStream(of: LocalAntennaError?.self)
        let task = Task {
            do {
                try await server.run()
            } catch {
                report.yield(LocalAntennaError(.cannotListen, "\(error)", configuration: core.configuration))
                throw error
            }
        }
        let waiting = Task {
            try await server.waitUntilListening(timeout: 30)
            report.yield(nil)
        }
        defer { waiting.cancel() }
        for await failure in outcomes {
            if let failure { throw failure }
            break
        }
        guard let port = await server.listeningPort else {
            task.cancel()
            throw LocalAntennaError(.cannotListen, "no port", configuration: core.configuration)
        }
        running.withLock { $0 = Running(server: server, task: task, port: port) }
        logger.info("Local Antenna listens", metadata: ["url": "\(baseURL)"])
        return port
    }

    /// Stops listening, lets answers that are under way end for up to two seconds, and cuts the rest.
    package func stop() async {
        guard let ending = running.withLock({ $0.take() }) else { return }
        await ending.server.stop(timeout: 2)
        ending.task.cancel()
        // The end of the listening task is an error by design; whether it was asked for is known here.
        _ = await ending.task.result
        logger.info("Local Antenna stopped")
    }

    /// Listens until the service group shuts down.
    ///
    /// - Throws: `LocalAntennaError` when the address cannot be used.
    package func run() async throws {
        if running.withLock({ $0 == nil }) { try await start() }
        try? await gracefulShutdown()
        await stop()
    }

    private func makeServer() throws(LocalAntennaError) -> HTTPServer {
        let configuration = core.configuration
        do {
            let handler = AntennaHandler(core: core)
            // A fault may hold an answer back for long; the client's patience decides, not ours.
            if configuration.address.contains(":") {
                let address = try sockaddr_in6.inet6(ip6: configuration.address, port: configuration.port)
                return HTTPServer(address: address, timeout: 3_600, logger: .disabled, handler: handler)
            } else {
                let address = try sockaddr_in.inet(ip4: configuration.address, port: configuration.port)
                return HTTPServer(address: address, timeout: 3_600, logger: .disabled, handler: handler)
            }
        } catch {
            throw LocalAntennaError(.badAddress, "\(error)", configuration: configuration)
        }
    }

    // MARK: Addresses

    /// The port it listens on, nil while it does not.
    package var port: UInt16? { running.withLock { $0?.port } }

    /// The root of the server as seen from this machine.
    package var rootURL: String {
        let address =
            switch core.configuration.address {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            case let address where address.contains(":"): "[\(address)]"
            case let address: address
            }
        return "http://\(address):\(port ?? core.configuration.port)"
    }

    /// The base of the API: what a worker is configured with.
    package var baseURL: String { "\(rootURL)/api/v2" }
}

extension HTTPServer {
    fileprivate var listeningPort: UInt16? {
        switch listeningAddress {
        case .ip4(_, let port)?, .ip6(_, let port)?: port
        default: nil
        }
    }
}
