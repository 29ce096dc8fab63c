import Antenna
import Broker
import Concurrency
import Logging
import Pipeline
import Telemetry
import Transport

extension RoleHealth {
    /// What Antenna's API and the spool show.
    init(antenna reachability: AntennaReachability) {
        self.init()
        checks = [Check(name: "antenna", problem: { reachability.problem })]
        collectors = [
            {
                // Nothing is known before the first call has ended.
                guard reachability.isKnown else { return [] }
                return [AntennaMetrics.reachable.sample(reachability.problem == nil ? 1 : 0)]
            }
        ]
    }

    /// The health of the spool.
    init(spool: Spool, limit spoolLimit: Int, problem: @escaping @Sendable () -> String?) {
        self.init()
        checks = [Check(name: "spool", problem: problem)]
        collectors = [
            {
                [
                    AntennaMetrics.spoolEntries.sample(spool.count),
                    AntennaMetrics.spoolBytes.sample(spool.bytes),
                    AntennaMetrics.spoolBytesLimit.sample(spoolLimit),
                ]
            }
        ]
    }

    /// The health that follows from comparing posted with saved results.
    init(results: SavedResultMonitor) {
        self.init()
        checks = [Check(name: "results", problem: { results.problem })]
        collectors = [{ [AntennaMetrics.resultsMissing.sample(results.missing)] }]
    }

    /// The health of the two connections to RabbitMQ.
    ///
    /// - Parameters:
    ///   - broker: The connections.
    ///   - loginAttempts: Refusals of user and password after which the role ends; 0 lets it go on.
    init(_ broker: BrokerConnections, loginAttempts: Int = 0) {
        self.init()
        self.broker = broker.consuming.configuration
        if loginAttempts > 0 {
            services = [BrokerLoginGuard(connections: broker.named.map(\.1), attempts: loginAttempts)]
        }
        checks = [Check(name: "broker", detail: { broker.addresses }, problem: { broker.problem })]
        collectors = [
            {
                broker.named.flatMap { name, connection in
                    let state = connection.state
                    return [
                        BrokerMetrics.connected.sample(state.isLoggedIn ? 1 : 0, name),
                        BrokerMetrics.blocked.sample(state.isBlocked ? 1 : 0, name),
                        BrokerMetrics.reconnects.sample(connection.losses, name),
                    ]
                }
            }
        ]
    }

    /// The health of a source on RabbitMQ.
    init(_ source: AMQPTaskSource) {
        self.init()
        checks = [
            Check(name: "consumers", problem: { source.consumerProblem }),
            Check(name: "deliveries", problem: { source.deliveryProblem }),
            Check(name: "results", problem: { source.resultProblem }),
        ]
        collectors = [
            {
                [
                    BrokerMetrics.deliveries.sample(source.outstanding),
                    BrokerMetrics.held.sample(source.held),
                ]
            }
        ]
    }

    /// The health of the cache and of the memory for pixels, and Redis where that is the cache.
    init(_ images: ImageStages, redis: RedisConfiguration?, logger: Logger) throws(TransportError) {
        self.init()
        let (budget, cache) = (images.budget, images.cache)
        collectors = [
            {
                [
                    WorkMetrics.pixelBytes.sample(budget.reserved),
                    WorkMetrics.pixelBytesLimit.sample(budget.limit),
                ]
            },
            { (cache as? MemoryTensorCache).map { [CacheMetrics.bytes.sample($0.byteCount)] } ?? [] },
        ]
        guard let redis else { return }
        let probe = try RedisProbe(redis, logger: logger)
        checks = [
            Check(
                name: "redis",
                detail: { probe.address },
                problem: { probe.problem.map { "\($0); the work goes on without it" } },
                isToldElsewhere: true
            )
        ]
        collectors.append { [CacheMetrics.redisUp.sample(probe.problem == nil ? 1 : 0)] }
        services = [probe]
    }
}
