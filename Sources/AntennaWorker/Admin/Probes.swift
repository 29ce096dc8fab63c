import Broker
import Logging
import Pipeline
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

    /// What was wrong at the last time; nil when nothing was.
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

/// Looks up how many messages wait in the queues of a role's pipelines, while somebody looks.
final class QueueDepths: Service, CustomStringConvertible {
    let description = "queue depths"
    private static let interval = Duration.seconds(5)
    private let connection: AMQPConnection
    private let pipelines: [String]
    private let audience: Audience
    private let logger: Logger
    private let depths = Mutex<[String: [(kind: TaskQueueName.Kind, messages: Int)]]>([:])

    /// Makes it; begins with ``run()``.
    ///
    /// - Parameters:
    ///   - broker: Where the queues are.
    ///   - pipelines: Whose queues.
    ///   - audience: Whether anybody looks.
    ///   - logger: Hears at debug level of queues that are not there.
    init(_ broker: BrokerConnections, pipelines: [String], audience: Audience, logger: Logger) {
        // An alarm does not stop the one that consumes.
        self.connection = broker.consuming
        self.pipelines = pipelines
        self.audience = audience
        self.logger = logger
    }

    /// What a role shows of its queues.
    var watch: RoleWatch {
        RoleWatch(collectors: [{ self.samples }], services: [self])
    }

    private var samples: [MetricSample] {
        // What a broker said that is away now says nothing any more.
        guard connection.state.isLoggedIn else { return [] }
        return depths.withLock { $0 }.flatMap { pipeline, depths in
            depths.map { MetricCatalogue.queueMessages.sample($0.messages, $0.kind.rawValue, pipeline) }
        }
    }

    func run() async {
        await repeatUntilShutdown(every: Self.interval) {
            guard self.audience.isThere, self.connection.state.isLoggedIn else { return }
            for pipeline in self.pipelines {
                var found: [(TaskQueueName.Kind, Int)] = []
                for kind in TaskQueueName.Kind.allCases {
                    do throws(TransportError) {
                        let queue = TaskQueueName(kind, pipeline: pipeline)
                        found.append((kind, try await self.connection.status(ofQueue: "\(queue)").messages))
                    } catch {
                        self.logger.debug("A queue cannot be looked at", metadata: [LogKey.error: "\(error)"])
                    }
                }
                self.depths.withLock { $0[pipeline] = found }
            }
        }
    }
}

/// Does something at once and then now and then, until the services shut down.
private func repeatUntilShutdown(every interval: Duration, _ body: @escaping @Sendable () async -> Void) async {
    await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
            await body()
            // Only a shutdown ends it early, and the loop sees that.
            try? await Task.sleep(for: interval)
        }
    }
}
