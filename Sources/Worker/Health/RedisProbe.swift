import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import Transport

/// Has Redis keep a small value and give it back every few seconds, over a connection of its own.
///
/// A sign of life alone says little: a replica, a full server, one of a cluster or one with few rights answers PING and takes no image.
final class RedisProbe: Service, CustomStringConvertible {
    let description = "Redis probe"
    private static let interval = Duration.seconds(5)
    private let client: RedisClient
    private let logger: Logger
    private let state = Mutex<String?>("not asked yet")
    /// Whether the log was told of a problem that is not over.
    private let isTold = Mutex(false)

    /// Makes a probe that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: Where Redis is.
    ///   - logger: Told when Redis can be used no more, and when it can again.
    /// - Throws: `TransportError` when the process has no descriptors left.
    init(_ configuration: RedisConfiguration, logger: Logger) throws(TransportError) {
        var configuration = configuration
        configuration.connectTimeout = .seconds(1)
        configuration.commandTimeout = .seconds(2)
        client = try RedisClient(configuration: configuration, connections: 1)
        self.logger = logger
    }

    /// The server and its address in use.
    var address: String? { client.address }

    /// The problem at the last look; nil when there was none.
    var problem: String? { state.withLock { $0 } }

    func run() async {
        await repeatUntilShutdown(every: Self.interval) {
            do throws(TransportError) {
                // Under changing names, which a cluster would have on different machines.
                try await self.client.tryOut(key: "antenna:tensor:probe:\(Int.random(in: 0..<16))")
                self.note(nil)
            } catch {
                self.note(error.message)
            }
        }
        client.close()
    }

    /// Takes in what a look found; the log hears of each outage once, and of its end.
    func note(_ problem: String?) {
        state.withLock { $0 = problem }
        let isNews = isTold.withLock { isTold in
            defer { isTold = problem != nil }
            return isTold != (problem != nil)
        }
        guard isNews else { return }
        if let problem {
            logger.warning(
                "Redis cannot be used; the work goes on without it",
                metadata: [LogKey.error: "\(problem)", LogKey.address: "\(address ?? "none")"]
            )
        } else {
            logger.notice("Redis can be used again", metadata: [LogKey.address: "\(address ?? "none")"])
        }
    }
}
