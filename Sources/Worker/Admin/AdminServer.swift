import HTTPServing
import Logging
import Settings
import Telemetry

/// The admin port: metrics, health and the live page.
struct AdminServer: Sendable {
    /// Where the live page is, for a browser on this machine.
    let url: String
    private let server: HTTPServer
    private let feed: LiveFeed

    /// Listens, if a port is set and can be had.
    ///
    /// - Returns: nil when there is no admin port; why is logged.
    static func start(_ healthService: HealthService) async -> AdminServer? {
        let settings = healthService.settings
        guard let port = settings.port(of: healthService.role) else { return nil }
        let feed = LiveFeed(healthService)
        let handler = AdminHandler(
            healthService: healthService,
            feed: feed,
            hosts: AllowedHosts(address: settings.host, names: settings.names)
        )
        do throws(HTTPServer.Failure) {
            let server = try await HTTPServer.start(
                address: settings.host,
                port: port,
                logger: healthService.logger,
                handler: { handler.answer($0) }
            )
            healthService.page = PageAddress(
                listeningOn: settings.host,
                port: server.port,
                names: settings.names,
                hostName: LiveHello.hostName
            )
            let url = "\(WebRoot.url(address: settings.host, port: server.port))/"
            healthService.logger.info("Live page, metrics and health", metadata: [LogKey.url: "\(url)"])
            return AdminServer(url: url, server: server, feed: feed)
        } catch {
            healthService.logger.warning(
                "The admin port cannot be used: no live page, no metrics and no health; --admin-port sets another, 0 none",
                metadata: [LogKey.address: "\(settings.host):\(port)", LogKey.error: "\(error)"]
            )
            return nil
        }
    }

    /// Ends the page's streams, and stops listening.
    func stop() async {
        feed.finish()
        // Its answers are there at once, and a worker that has drained has nothing else to wait for.
        await server.stop(patience: .milliseconds(250))
    }
}
