import HTTPServing
package import Logging
import ServiceLifecycle
import Synchronization
import Telemetry

/// An Antenna in this process: the REST contract with its state in memory, and a host for the images.
///
/// Start it with `start()` and end it with `stop()`, or hand it to a `ServiceGroup`.
package final class LocalAntennaServer: Service {
    let core: AntennaCore
    private let logger: Logger
    private let running = Mutex<HTTPServer?>(nil)

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

    /// Workers on one machine open a few dozen connections each, and a result of a species classifier has tens of megabytes.
    private static let limits: HTTPServerLimits = {
        var limits = HTTPServerLimits()
        limits.bodyBytes = 128 << 20
        limits.bodyBytesInAll = 512 << 20
        limits.bodyPatience = .seconds(120)
        // Longer than workers leave between two looks, so that they find their connections open.
        limits.idlePatience = .seconds(75)
        limits.connections = 512
        limits.connectionsPerAddress = 384
        return limits
    }()

    // MARK: Life

    /// Listens on the configured address.
    ///
    /// - Returns: The port, also when the configuration left the choice to the system.
    /// - Throws: `LocalAntennaError` when the address cannot be used.
    @discardableResult
    package func start() async throws(LocalAntennaError) -> UInt16 {
        let configuration = core.configuration
        let server: HTTPServer
        do throws(HTTPServer.Failure) {
            let handler = AntennaHandler(core: core)
            server = try await HTTPServer.start(
                address: configuration.address,
                port: configuration.port,
                limits: Self.limits,
                threads: 2,
                logger: logger,
                handler: { try await handler.answer($0) }
            )
        } catch {
            switch error {
            case .badAddress(let reason): throw LocalAntennaError(.badAddress, reason, configuration: configuration)
            case .cannotListen(let reason): throw LocalAntennaError(.cannotListen, reason, configuration: configuration)
            }
        }
        running.withLock { $0 = server }
        logger.info("Local Antenna listens", metadata: [LogKey.url: "\(baseURL)"])
        return server.port
    }

    /// Stops listening, lets answers that are under way end for up to two seconds, and cuts the rest.
    package func stop() async {
        guard let ending = running.withLock({ $0.take() }) else { return }
        await ending.stop()
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

    // MARK: Addresses

    /// The port it listens on, nil while it does not.
    package var port: UInt16? { running.withLock { $0?.port } }

    /// The root of the server as seen from this machine.
    package var rootURL: String {
        WebRoot.url(address: core.configuration.address, port: port ?? core.configuration.port)
    }

    /// The base of the API: what a worker is configured with.
    package var baseURL: String { "\(rootURL)/api/v2" }
}
