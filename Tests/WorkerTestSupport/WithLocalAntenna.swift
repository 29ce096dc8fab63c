package import LocalAntenna
import Logging

/// A local Antenna for the length of a test.
package func withLocalAntenna(
    _ change: (inout LocalAntennaConfiguration) throws -> Void = { _ in },
    body: (LocalAntennaServer) async throws -> Void
) async throws {
    var configuration = LocalAntennaConfiguration()
    try change(&configuration)
    var logger = Logger(label: "local-antenna")
    logger.logLevel = .error
    let antenna = LocalAntennaServer(configuration: configuration, logger: logger)
    try await antenna.start()
    do {
        try await body(antenna)
    } catch {
        await antenna.stop()
        throw error
    }
    await antenna.stop()
}
