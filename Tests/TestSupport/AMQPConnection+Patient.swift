package import Concurrency
package import Logging
package import Transport

extension AMQPConnection {
    /// A connection that is there, however long a broker that is busy takes to let it in; until then it is tried again.
    ///
    /// - Throws: `CancellationError` when the test's time is up, and what a configuration that cannot be used throws.
    package static func patient(
        _ configuration: AMQPConfiguration,
        backoff: Backoff = .broker,
        logger: Logger
    ) async throws -> AMQPConnection {
        let connection = try AMQPConnection(configuration: configuration, backoff: backoff, logger: logger)
        for await state in connection.states() {
            switch state {
            case .connected, .blocked: return connection
            case .connecting, .reconnecting, .closed: continue
            }
        }
        await connection.close()
        throw CancellationError()
    }
}
