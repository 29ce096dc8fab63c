import Antenna
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Antenna's REST API as a worker uses it: tasks from it, results to it, and the spool for results it does not take now.
struct RESTWorkerParts: Sendable {
    private let settings: RESTSourceSettings
    private let client: AntennaClient
    private let poster: ResultPoster
    /// Results that wait on disk.
    let spool: Spool
    private let memory: PostedResults
    private let results: SavedResultMonitor
    private let pauseSwitch: PauseSwitch
    private let sources = RESTSources()
    private let logger: Logger

    /// The share of the spool's bytes that results take which are kept after they were posted.
    private static let memoryShare = 4

    /// Opens the spool; nothing is taken and nothing posted yet.
    ///
    /// - Parameters:
    ///   - settings: Where and how.
    ///   - models: Describes the models and what is told of their answers: answers of other models are not given again.
    ///   - http: Makes the calls.
    ///   - pauseSwitch: Whether tasks are reserved.
    ///   - logger: The worker's log.
    /// - Throws: What the address or the spool's folder lacks.
    init(
        _ settings: RESTSourceSettings,
        models: [UInt8],
        http: any HTTPExecuting,
        pauseSwitch: PauseSwitch,
        logger: Logger
    ) async throws {
        self.pauseSwitch = pauseSwitch
        client = try settings.makeClient(http: http)
        spool = try await Spool.open(
            directory: settings.spoolDirectory,
            address: client.address,
            maximumBytes: settings.spoolMaximumBytes,
            maximumEntries: settings.spoolMaximumEntries,
            logger: logger
        )
        memory = try await PostedResults.open(
            directory: "\(settings.spoolDirectory)/posted",
            address: client.address,
            models: models,
            maximumBytes: settings.spoolMaximumBytes / Self.memoryShare,
            logger: logger
        )
        results = SavedResultMonitor(client: client, logger: logger)
        poster = ResultPoster(
            client: client,
            spool: spool,
            memory: memory,
            monitor: results,
            settings: settings.posterSettings,
            logger: logger
        )
        self.settings = settings
        self.logger = logger
    }

    /// A source that has not begun.
    func makeSource() -> RESTTaskSource {
        let source = RESTTaskSource(
            settings: settings,
            client: client,
            poster: poster,
            pauseSwitch: pauseSwitch,
            monitor: results,
            logger: logger
        )
        sources.add(source)
        return source
    }

    /// What Antenna and the spool show.
    var health: RoleHealth {
        RoleHealth(antenna: client.reachability)
            + RoleHealth(spool: spool, limit: settings.spoolMaximumBytes, problem: { [poster] in poster.problem })
            + RoleHealth(results: results)
            + RoleHealth(
                checks: [
                    RoleHealth.Check(name: "registration", problem: { [sources] in sources.registrationProblem }),
                    // Jobs of others are no fault of this worker's: the page tells of them, and it is ready all the same.
                    RoleHealth.Check(
                        name: "jobs",
                        detail: { [sources, client] in client.reachability.isKnown ? sources.hint : nil },
                        problem: { nil }
                    ),
                ],
                collectors: [
                    { [sources] in
                        let jobs = sources.jobCounts
                        return [
                            AntennaMetrics.tasksReserved.sample(sources.outstanding),
                            AntennaMetrics.jobs.sample(jobs.open, "open"),
                            AntennaMetrics.jobs.sample(jobs.forbidden, "forbidden"),
                            AntennaMetrics.jobs.sample(jobs.unregistered, "unregistered"),
                        ]
                    }
                ]
            )
    }

    /// Jobs that the server forbade, when they were last tried.
    var forbiddenJobs: [Int] { sources.forbiddenJobs }

    /// Why results of some jobs would be dropped; nil when there are no such jobs.
    var registrationProblem: String? { sources.registrationProblem }

    /// Posts results while a worker runs, and after it what is left.
    ///
    /// - Throws: What the worker throws.
    func run(_ worker: Worker) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let poster = self.poster
            let results = self.results
            group.addTask { await poster.run() }
            try await withThrowingTaskGroup(of: Void.self) { looking in
                looking.addTask { await results.run() }
                try await worker.run()
                looking.cancelAll()
            }
            poster.finish()
            try await group.waitForAll()
        }
        try await spool.close()
        try await memory.close()
    }
}

/// The sources that were made one after the other, as the broker went and came back.
private final class RESTSources: Sendable {
    private let sources = Mutex<[RESTTaskSource]>([])

    /// Tasks that any of them has reserved and not settled.
    var outstanding: Int { all.reduce(0) { $0 + $1.outstanding } }

    /// The jobs of all of them.
    var jobCounts: (open: Int, forbidden: Int, unregistered: Int) {
        all.map(\.jobCounts).reduce((0, 0, 0)) { ($0.0 + $1.open, $0.1 + $1.forbidden, $0.2 + $1.unregistered) }
    }

    var registrationProblem: String? { all.lazy.compactMap(\.registrationProblem).first }

    var forbiddenJobs: [Int] { Set(all.flatMap(\.forbiddenJobs)).sorted() }

    /// Why no tasks may come although all is well here; nil when nothing is known to keep them away.
    var hint: String? {
        guard !all.isEmpty else { return nil }
        if let forbidden = SkippedJobs(forbiddenJobs, done: 0).sentence { return forbidden }
        guard jobCounts == (0, 0, 0) else { return nil }
        return
            "Antenna lists none with work for these pipelines; 'antenna-worker explain --job N' says why it is not one that you miss"
    }

    private var all: [RESTTaskSource] { sources.withLock { $0 } }

    func add(_ source: RESTTaskSource) {
        sources.withLock { sources in
            // Those before it take nothing more.
            sources.removeAll { $0.outstanding == 0 }
            sources.append(source)
        }
    }
}
