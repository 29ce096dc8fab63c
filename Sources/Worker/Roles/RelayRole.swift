import Antenna
package import Logging
import Relay
import ServiceLifecycle
package import Settings
import Telemetry
import Transport

/// The relay of a fleet, put together: tasks of Antenna into the queues, results of the queues to Antenna.
package struct RelayRole: Service, CustomStringConvertible {
    package let description = "relay"
    /// Its health.
    package let health: RoleHealth
    private let relay: Relay

    /// Starts connecting and puts the parts together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings, a pipeline or more among them.
    ///   - context: What steers it, and who looks at it.
    ///   - logger: The role's log.
    /// - Throws: What keeps it from starting, in sentences for people. A broker that is away does not.
    package init(settings: WorkerSettings, context: RoleContext, logger: Logger) throws {
        let pipelines = settings.work.pipelines
        let broker = try BrokerConnections(try settings.broker.connection(named: "relay"), logger: logger)
        let rest = RESTSourceSettings(settings, role: "relay", pipelines: pipelines)
        var relaySettings = RelaySettings(pipelines: pipelines)
        relaySettings.declares = settings.broker.declares
        let network = try Network(settings)
        let client = try rest.makeClient(http: network.antenna(try network.makeClient()))
        let relay = Relay(
            settings: relaySettings,
            antenna: rest,
            client: client,
            consuming: broker.consuming,
            publishing: broker.publishing,
            pauseSwitch: context.pauseSwitch,
            logger: logger
        )
        let registration = RoleHealth.Check(name: "registration", problem: { relay.registrationProblem })
        health =
            RoleHealth(relay: relay) + RoleHealth(checks: [registration], pipelines: pipelines)
            + RoleHealth(broker, loginAttempts: settings.broker.loginAttempts)
            + RoleHealth(antenna: client.reachability)
            + QueueDepths(broker, pipelines: pipelines, viewers: context.viewers, logger: logger).health
        self.relay = relay
    }

    /// Works until a graceful shutdown has drained it.
    package func run() async throws {
        try await relay.run()
    }

    /// The work done, in a line.
    package var summary: String {
        let (published, posted) = (relay.statistics.published.value, relay.statistics.posted.value)
        return "\(published) tasks relayed, \(posted) results posted, \(relay.statistics.refused.value) refused"
    }
}
