import Broker
import Concurrency
import Logging
import Pipeline
import ServiceLifecycle
import Synchronization
import Telemetry
import Transport

/// Looks up how many messages wait in the queues of a role's pipelines, while somebody looks.
final class QueueDepths: Service, CustomStringConvertible {
    let description = "queue depths"
    private static let interval = Duration.seconds(5)
    private let connection: AMQPConnection
    private let pipelines: [String]
    private let viewers: ViewerActivity
    private let logger: Logger
    private let depths = Mutex<[String: [(queue: TaskQueueName, messages: Int)]]>([:])

    /// Makes it; begins with ``run()``.
    ///
    /// - Parameters:
    ///   - broker: Where the queues are.
    ///   - pipelines: Whose queues.
    ///   - viewers: Whether anybody looks.
    ///   - logger: Hears at debug level of queues that are not there.
    init(_ broker: BrokerConnections, pipelines: [String], viewers: ViewerActivity, logger: Logger) {
        // An alarm does not stop the one that consumes.
        self.connection = broker.consuming
        self.pipelines = pipelines
        self.viewers = viewers
        self.logger = logger
    }

    /// The metrics of a role's queues.
    var health: RoleHealth {
        RoleHealth(collectors: [{ self.samples }], services: [self])
    }

    private var samples: [MetricSample] {
        // What a broker said that is away now says nothing any more.
        guard connection.state.isLoggedIn else { return [] }
        return depths.withLock { $0 }.flatMap { pipeline, depths in
            depths.map { BrokerMetrics.queueMessages.sample($0.messages, $0.queue.label, pipeline) }
        }
    }

    func run() async {
        await repeatUntilShutdown(every: Self.interval) {
            guard self.viewers.isThere, self.connection.state.isLoggedIn else { return }
            for pipeline in self.pipelines {
                var found: [(TaskQueueName, Int)] = []
                for queue in TaskQueueName.all(of: pipeline) {
                    do throws(TransportError) {
                        found.append((queue, try await self.connection.status(ofQueue: "\(queue)").messages))
                    } catch {
                        self.logger.debug("A queue cannot be looked at", metadata: [LogKey.error: "\(error)"])
                    }
                }
                self.depths.withLock { $0[pipeline] = found }
            }
        }
    }
}

extension TaskQueueName {
    /// Its name in the metric's label.
    fileprivate var label: String { lane == .interactive ? "\(kind.rawValue)_\(lane.rawValue)" : kind.rawValue }
}
