import Antenna
import Broker
import Concurrency
import Logging
import Pipeline
import ServiceLifecycle
import Transport

extension RoleWatch {
    /// What Antenna's API and the spool show.
    init(antenna reachability: AntennaReachability) {
        self.init()
        checks = [Check(name: "antenna", problem: { reachability.problem })]
        collectors = [
            {
                // Nothing is known before the first call has ended.
                guard reachability.isKnown else { return [] }
                return [MetricCatalogue.antennaReachable.sample(reachability.problem == nil ? 1 : 0)]
            }
        ]
    }

    /// What results over REST show.
    init(poster: ResultPoster, spool: Spool, spoolLimit: Int) {
        self.init()
        collectors = [
            {
                let counters = poster.counters
                return [
                    MetricCatalogue.results.sample(counters.posted, "posted"),
                    MetricCatalogue.results.sample(counters.spooled, "spooled"),
                    MetricCatalogue.results.sample(counters.refused, "refused"),
                    MetricCatalogue.results.sample(counters.repeated, "repeated"),
                    MetricCatalogue.spoolEntries.sample(spool.count),
                    MetricCatalogue.spoolBytes.sample(spool.bytes),
                    MetricCatalogue.spoolBytesLimit.sample(spoolLimit),
                ]
            }
        ]
    }

    /// What the comparison of posted and saved results shows.
    init(results: ResultWatch) {
        self.init()
        checks = [Check(name: "results", problem: { results.problem })]
        collectors = [{ [MetricCatalogue.resultsMissing.sample(results.missing)] }]
    }

    /// What the two connections to RabbitMQ show.
    init(_ broker: BrokerConnections) {
        self.init()
        checks = [Check(name: "broker", detail: { broker.addresses }, problem: { broker.problem })]
        collectors = [
            {
                broker.named.flatMap { name, connection in
                    let state = connection.state
                    return [
                        MetricCatalogue.brokerConnected.sample(state.isLoggedIn ? 1 : 0, name),
                        MetricCatalogue.brokerBlocked.sample(state.isBlocked ? 1 : 0, name),
                        MetricCatalogue.brokerReconnects.sample(connection.losses, name),
                    ]
                }
            }
        ]
    }

    /// What a task queue shows.
    init(_ queue: AMQPTaskQueue) {
        self.init()
        checks = [
            Check(name: "consumers", problem: { queue.consumerProblem }),
            Check(name: "deliveries", problem: { queue.deliveryProblem }),
            Check(name: "results", problem: { queue.resultProblem }),
        ]
        collectors = [
            {
                let counters = queue.counters
                return [
                    MetricCatalogue.brokerOutstanding.sample(queue.outstanding),
                    MetricCatalogue.brokerHeld.sample(queue.held),
                    MetricCatalogue.brokerRedeliveries.sample(counters.redelivered),
                    MetricCatalogue.brokerSettlements.sample(counters.answered, "answered"),
                    MetricCatalogue.brokerSettlements.sample(counters.passedOn, "passed_on"),
                    MetricCatalogue.brokerSettlements.sample(counters.givenBack, "given_back"),
                    MetricCatalogue.brokerSettlements.sample(counters.deadLettered, "dead_lettered"),
                    MetricCatalogue.brokerSettlements.sample(counters.recognised, "recognised"),
                    MetricCatalogue.brokerSettlements.sample(counters.stale, "stale"),
                ]
            }
        ]
    }

    /// What the cache and the memory for pixels show, and Redis where that is the cache.
    init(_ images: ImageStages, redis: RedisConfiguration?) throws(TransportError) {
        self.init()
        let (budget, cache) = (images.budget, images.cache)
        collectors = [
            {
                [
                    MetricCatalogue.pixelBytes.sample(budget.reserved),
                    MetricCatalogue.pixelBytesLimit.sample(budget.limit),
                ]
            },
            { Self.samples(of: cache) },
        ]
        guard let redis else { return }
        let probe = try RedisProbe(redis)
        checks = [
            Check(
                name: "redis",
                detail: { probe.address },
                problem: { probe.problem.map { "\($0); the work goes on without it" } }
            )
        ]
        collectors.append { [MetricCatalogue.cacheAvailable.sample(probe.problem == nil ? 1 : 0)] }
        services = [probe]
    }

    private static func samples(of cache: any TensorCache) -> [MetricSample] {
        switch cache {
        case let redis as RedisTensorCache:
            let counters = redis.counters
            return [
                MetricCatalogue.cacheRequests.sample(counters.hits, "redis", "hit"),
                MetricCatalogue.cacheRequests.sample(counters.misses, "redis", "miss"),
                MetricCatalogue.cacheStores.sample(counters.stores, "redis", "stored"),
                MetricCatalogue.cacheStores.sample(counters.refusedStores, "redis", "refused"),
            ]
                + RedisTensorCache.Failure.allCases.map {
                    MetricCatalogue.cacheErrors.sample(counters.failures[$0] ?? 0, $0.label)
                }
        case let memory as MemoryTensorCache:
            let counters = memory.counters
            return [
                MetricCatalogue.cacheRequests.sample(counters.hits, "memory", "hit"),
                MetricCatalogue.cacheRequests.sample(counters.misses, "memory", "miss"),
                MetricCatalogue.cacheStores.sample(counters.stores, "memory", "stored"),
                MetricCatalogue.cacheStores.sample(counters.refusedStores, "memory", "refused"),
                MetricCatalogue.cacheBytes.sample(memory.byteCount),
            ]
        default: return []
        }
    }
}

extension RedisTensorCache.Failure {
    /// The name as a label has it: words with underscores.
    fileprivate var label: String {
        rawValue.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
    }
}

/// The two connections of a role to RabbitMQ: an alarm stops only the one that publishes.
struct BrokerConnections: Sendable {
    let consuming: AMQPConnection
    let publishing: AMQPConnection

    /// Starts connecting, and goes on trying while the broker is away.
    ///
    /// - Parameters:
    ///   - configuration: How to connect.
    ///   - largestDelivery: The most bytes of a message that is taken, where that is less than what is sent.
    ///   - logger: For losses, alarms and refusals.
    /// - Throws: `TransportError` when the process has no descriptors left.
    init(
        _ configuration: AMQPConfiguration,
        largestDelivery: Int? = nil,
        logger: Logger
    ) throws(TransportError) {
        var taking = configuration
        taking.deliveryLimit = min(configuration.deliveryLimit, largestDelivery ?? .max)
        consuming = try AMQPConnection(configuration: taking, logger: logger)
        publishing = try AMQPConnection(configuration: configuration, logger: logger)
    }

    var named: [(String, AMQPConnection)] { [("consuming", consuming), ("publishing", publishing)] }

    /// What keeps tasks from coming or results from going; nil when nothing does.
    var problem: String? {
        named.lazy.compactMap { $1.state.problem }.first ?? publishing.publishProblem
    }

    /// Where the connections lead; nil while there is none.
    var addresses: String? {
        let addresses = named.compactMap { $1.state.isLoggedIn ? $1.address : nil }
        return addresses.isEmpty ? nil : Set(addresses).sorted().joined(separator: ", ")
    }
}

extension AMQPConnectionState {
    fileprivate var isBlocked: Bool {
        if case .blocked = self { true } else { false }
    }

    fileprivate var problem: String? {
        switch self {
        case .connected: nil
        case .connecting: "connecting"
        case .blocked(let reason): "RabbitMQ takes no publishes: \(reason)"
        case .reconnecting(let error): error.message
        case .closed: "closed"
        }
    }
}
