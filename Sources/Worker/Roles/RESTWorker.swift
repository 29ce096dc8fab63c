import Antenna
package import Inference
package import Logging
package import Pipeline
package import Settings

/// A whole worker in this process that takes its tasks from Antenna's REST API.
package struct RESTWorker: MonitoredWorker {
    // The service group logs its services; what they hold is long, and of no use there.
    package let description = "worker over REST"
    package let statistics: WorkerStatistics
    package let health: RoleHealth
    /// Where its models run, and why there.
    package let placement: DevicePlacement
    private let worker: Worker
    private let delivery: RESTWorkerParts
    private let ending: Ending
    private let logger: Logger

    /// When a worker ends by itself.
    package enum Ending {
        /// When it is stopped.
        case never
        /// Once no job has tasks left, those that other workers hold left to them.
        case untilEmpty
        /// Once no job has tasks left for a whole lease.
        case untilOthersAreDone
    }

    /// Loads models, opens the spool, and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - ending: When the worker ends by itself.
    ///   - context: What steers it, and who looks at it.
    ///   - logger: The worker's log.
    /// - Throws: What keeps the worker from starting, in sentences for people.
    package init(
        settings: WorkerSettings,
        ending: Ending,
        context: RoleContext = RoleContext(),
        logger: Logger
    ) async throws {
        let stages = try await WorkerStages.load(
            settings: settings,
            context: context,
            logger: logger
        )
        try await self.init(stages: stages, settings: settings, ending: ending, context: context, logger: logger)
    }

    /// Opens the spool for stages that are there already; nothing is taken before ``run()``.
    ///
    /// - Throws: What keeps the worker from starting, in sentences for people.
    package init(
        stages: WorkerStages,
        settings: WorkerSettings,
        ending: Ending,
        context: RoleContext = RoleContext(),
        logger: Logger
    ) async throws {
        var rest = RESTSourceSettings(settings, role: "run", manifests: stages.manifests)
        rest.clientInfo?.devices = stages.placement.devices.map(\.description)
        rest.clientInfo?.devicesReason = stages.placement.reason
        rest.untilEmpty = ending != .never
        rest.waitsForOthers = ending == .untilOthersAreDone
        delivery = try await RESTWorkerParts(
            rest,
            models: stages.modelsDescription,
            http: stages.images.antenna,
            pauseSwitch: context.pauseSwitch,
            logger: logger
        )
        self.ending = ending
        self.logger = logger
        statistics = stages.statistics
        placement = stages.placement
        worker = stages.worker(source: delivery.makeSource())
        health = try stages.health(of: worker) + delivery.health
    }

    /// Works until the source has ended or a graceful shutdown has drained it, and what the spool holds was tried once more.
    ///
    /// - Throws: What no retry can fix, such as a refused token; `CommandFailure` when it ended by itself and every job that
    ///   there was is forbidden to it or not registered.
    package func run() async throws {
        try await delivery.run(worker)
        guard ending != .never else { return }
        try SkippedJobs(
            delivery.forbiddenJobs,
            unregistered: delivery.registrationProblem,
            done: statistics.answered
        ).report(logger)
    }
}
