import ArgumentParser
import Logging
import Settings
import Telemetry
import Worker

/// Stands between Antenna's REST API and the queues.
struct RelayCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Put Antenna's tasks into RabbitMQ and post the results that come back, for a fleet of workers.",
        discussion: """
            Antenna hands out tasks over REST; workers with --source amqp take them from RabbitMQ. A relay stands between: it
            reserves tasks, puts them into the queues, and posts results to Antenna. Results wait in RabbitMQ until Antenna has
            taken them. Any number of relays may run. SIGTERM or SIGINT ends it; the next one goes on with what is in the queues.
            """
    )

    @OptionGroup(title: "What to relay") var work: Flags<PipelineFlag>
    @OptionGroup(title: "Antenna") var antenna: Flags<AntennaSettings>
    @OptionGroup(title: "HTTPS") var tls: Flags<TLSSettings>
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup var service: ServiceFlags

    func run() async throws {
        let resolved = try start()
        let settings = resolved.settings
        try resolved.requireAntenna()
        let logger = Logger(label: "antenna-relay")
        guard !settings.work.pipelines.isEmpty else {
            throw ValidationError("Say with --pipeline whose tasks are relayed.")
        }
        try await AntennaPreflight.run(settings, role: "relay", logger: logger)
        let healthService = HealthService(role: "relay", resolved: resolved, logger: logger)
        let relay = try RelayRole(settings: settings, context: healthService.context, logger: logger)
        try await healthService.during { _ in
            try await healthService.run(relay, health: relay.health, grace: settings.shutdown.grace)
        }
        logger.info("This is what was done", metadata: [LogKey.outcome: "\(relay.summary)"])
    }
}
