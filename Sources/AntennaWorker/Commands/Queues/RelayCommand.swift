import ArgumentParser
import Foundation
import Logging
import Pipeline
import Transport

/// Stands between Antenna's REST API and the queues.
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Put Antenna's tasks into RabbitMQ and post the results that come back, for a fleet of workers.",
        discussion: """
            Antenna hands out tasks over REST; workers with --source amqp take them from RabbitMQ. A relay stands between: it
            reserves tasks, puts them into the queues, and posts results to Antenna. Results wait in RabbitMQ until Antenna has
            taken them. Any number of relays may run. SIGTERM or SIGINT ends it; the next one goes on with what is in the queues.
            """
    )

    @OptionGroup(title: "What to relay") var work: RelayedPipelines
    @OptionGroup(title: "Antenna") var antenna: AntennaOptions
    @OptionGroup(title: "RabbitMQ") var broker: BrokerOptions
    @OptionGroup(title: "Stopping") var stopping: StoppingOptions
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(work, antenna, broker, stopping, log, file))
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "antenna-relay")
        guard !settings.pipelines.isEmpty else {
            throw ValidationError("Say with --pipeline whose tasks are relayed.")
        }
        let connection = try settings.broker.connection(named: "relay")
        let rest = RESTSourceSettings(settings, pipelines: settings.pipelines, untilEmpty: false)
        var relaySettings = RelaySettings(pipelines: settings.pipelines)
        relaySettings.declares = settings.broker.declares
        let relay = Relay(
            settings: relaySettings,
            antenna: rest,
            client: try rest.makeClient(http: try HTTPClient()),
            consuming: try AMQPConnection(configuration: connection, logger: logger),
            publishing: try AMQPConnection(configuration: connection, logger: logger),
            logger: logger
        )
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger).run([relay])
        let counters = relay.counters
        print("\(counters.published) tasks relayed, \(counters.posted) results posted, \(counters.refused) refused")
    }
}

/// Stopping, for what has no spool.
struct StoppingOptions: SettingFlags {
    @Option(Catalogue.shutdownGrace) var grace: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.shutdownGrace, grace)
    }
}

/// The pipelines of a relay.
struct RelayedPipelines: SettingFlags {
    @Option(each: Catalogue.pipelines) var pipelines: [String] = []

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.pipelines, pipelines)
    }
}
