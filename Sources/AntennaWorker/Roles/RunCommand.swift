import ArgumentParser
import Foundation
import Logging
import Pipeline
import Settings
import Telemetry
import Worker

/// The worker itself.
struct RunCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take tasks from Antenna or RabbitMQ, find and name the insects, and send the results back.",
        discussion: """
            Works until it is stopped, or with --until-empty until no job has tasks left. SIGTERM or SIGINT drains: nothing more \
            is taken, what is in hand is finished within --grace, results that could not be posted stay in the spool and are \
            posted at the next start. A second signal stops at once.

            Jobs that the token's user may not do are left alone, and the others go on. --until-empty names them at its end, with \
            status 0, since Antenna lists everybody's jobs; only when nothing else was done the status is 1.

            With --source amqp tasks come from the queues antenna.tasks.PIPELINE of RabbitMQ. A task leaves its queue only once the
            broker has confirmed its result, so whatever is in hand when a worker is killed goes to another one. Tasks that never
            come to a result go to antenna.dead.PIPELINE: see 'queue'. With --source auto the worker turns to Antenna's REST API
            while RabbitMQ is away.

            Every option is also an environment variable and a key of the configuration file: see docs/configuration.md.

            Example: antenna-worker run --pipeline demo --base-url https://antenna.example/api/v2 \
            --token-file token.txt
            """
    )

    @OptionGroup var flags: WorkerFlags

    @Flag(help: "End once every job came back empty and all results are posted or in the spool.")
    var untilEmpty = false

    @Flag(help: "With --until-empty, also wait for tasks of other workers: until all jobs stay empty for a --lease.")
    var waitForOthers = false

    @Flag(help: "Register the pipelines with Antenna first, as 'register' does.")
    var register = false

    func run() async throws {
        let resolved = try start()
        let settings = resolved.settings
        if settings.work.source.usesAntenna { try resolved.requireAntenna() }
        let healthService = HealthService(role: "run", resolved: resolved, logger: Logger(label: "antenna-worker"))
        try await healthService.during { _ in
            let progress = ProgressBar.ofRole("Working")
            let context = healthService.context.counting { progress?.update(done: $0) }
            let worker = try await makeWorker(settings, context, healthService.logger)
            try await healthService.run(worker, health: worker.health, grace: settings.shutdown.grace)
            progress?.finish()
            StageReport(worker.statistics).show(logger: healthService.logger)
        }
    }

    private func makeWorker(
        _ settings: WorkerSettings,
        _ context: RoleContext,
        _ logger: Logger
    ) async throws -> any MonitoredWorker {
        guard !untilEmpty || !settings.work.source.usesBroker else {
            throw ValidationError("--until-empty needs --source rest: a queue may be filled at any time.")
        }
        guard !waitForOthers || untilEmpty else { throw ValidationError("--wait-for-others needs --until-empty.") }
        if settings.work.source.usesAntenna { try await AntennaPreflight.run(settings, role: "run", logger: logger) }
        if register { try await register(settings, logger) }
        return switch settings.work.source {
        case .rest:
            try await RESTWorker(
                settings: settings,
                ending: untilEmpty ? (waitForOthers ? .untilOthersAreDone : .untilEmpty) : .never,
                context: context,
                logger: logger
            )
        case .amqp: try await AMQPWorker(settings: settings, context: context, logger: logger)
        case .auto: try await FallbackWorker(settings: settings, context: context, logger: logger)
        }
    }

    private func register(_ settings: WorkerSettings, _ logger: Logger) async throws {
        let network = try Network(settings)
        try await Registrar.register(
            settings,
            manifests: try InferenceAssembly.readManifests(in: settings.models.folder, slugs: settings.work.pipelines),
            role: "run",
            http: network.antenna(try network.makeClient()),
            say: { logger.notice("Registering", metadata: [LogKey.reason: "\($0)"]) }
        )
    }
}
