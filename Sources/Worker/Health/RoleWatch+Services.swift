import Antenna
import Broker
import Concurrency
import Pipeline
import Telemetry
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

    /// What a source on RabbitMQ shows.
    init(_ source: AMQPTaskSource) {
        self.init()
        checks = [
            Check(name: "consumers", problem: { source.consumerProblem }),
            Check(name: "deliveries", problem: { source.deliveryProblem }),
            Check(name: "results", problem: { source.resultProblem }),
        ]
        collectors = [
            {
                let counters = source.counters
                return [
                    MetricCatalogue.brokerOutstanding.sample(source.outstanding),
                    MetricCatalogue.brokerHeld.sample(source.held),
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
