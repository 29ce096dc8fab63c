import HTTPServing
package import Logging
package import Settings

/// The admin port, for a command that is of no use without its page.
package enum AdminPort {
    /// Listens there for a moment: said before anything that takes its time, and not after it.
    ///
    /// - Throws: `CommandFailure` that names the port and the flag.
    package static func require(_ settings: AdminSettings.Values, role: String, logger: Logger) async throws {
        guard let port = settings.port(of: role) else {
            throw CommandFailure("There is no live page with --admin-port 0: leave it out, or name a port.")
        }
        do throws(HTTPServer.Failure) {
            let server = try await HTTPServer.start(
                address: settings.host,
                port: port,
                logger: logger,
                handler: { _ in ServerResponse(status: 503) }
            )
            await server.stop(patience: .zero)
        } catch {
            throw CommandFailure(
                "The live page cannot be at \(settings.host) port \(port): \(error). Name another port with --admin-port."
            )
        }
    }
}
