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
    private let state = Mutex<String?>("not asked yet")

    /// Makes a probe that begins with ``run()``.
    ///
    /// - Throws: `TransportError` when the process has no descriptors left.
    init(_ configuration: RedisConfiguration) throws(TransportError) {
        var configuration = configuration
        configuration.connectTimeout = .seconds(1)
        configuration.commandTimeout = .seconds(2)
        client = try RedisClient(configuration: configuration, connections: 1)
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
                self.state.withLock { $0 = nil }
            } catch {
                self.state.withLock { $0 = error.message }
            }
        }
        client.close()
    }
}
