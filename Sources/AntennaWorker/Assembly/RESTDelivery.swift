import Logging
import Pipeline
import Synchronization
import Transport

/// Antenna's REST API as a worker uses it: tasks from it, results to it, and the spool for results it does not take now.
struct RESTDelivery: Sendable {
    private let settings: RESTSourceSettings
    private let client: AntennaClient
    private let poster: ResultPoster
    private let spool: Spool
    private let taking: TakingSwitch
    private let sources = RESTSources()
    private let logger: Logger

    /// Opens the spool; nothing is taken and nothing posted yet.
    ///
    /// - Throws: What the address or the spool's folder lacks.
    init(_ settings: RESTSourceSettings, http: any HTTPExecuting, taking: TakingSwitch, logger: Logger) async throws {
        self.taking = taking
        client = try settings.makeClient(http: http)
        spool = try await Spool.open(
            directory: settings.spoolDirectory,
            address: client.address,
            maximumBytes: settings.spoolMaximumBytes,
            maximumEntries: settings.spoolMaximumEntries,
            logger: logger
        )
        poster = ResultPoster(client: client, spool: spool, settings: settings.posterSettings, logger: logger)
        self.settings = settings
        self.logger = logger
    }

    /// A source that has not begun.
    func makeSource() -> RESTTaskSource {
        let source = RESTTaskSource(settings: settings, client: client, poster: poster, taking: taking, logger: logger)
        sources.add(source)
        return source
    }

    /// What Antenna and the spool show.
    var watch: RoleWatch {
        RoleWatch(antenna: client.reachability)
            + RoleWatch(poster: poster, spool: spool, spoolLimit: settings.spoolMaximumBytes)
            + RoleWatch(collectors: [{ [sources] in [MetricCatalogue.antennaOutstanding.sample(sources.outstanding)] }])
    }

    /// Posts results while a worker runs, and after it what is left.
    ///
    /// - Throws: What the worker throws.
    func run(_ worker: Worker) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await poster.run() }
            try await worker.run()
            poster.finish()
            try await group.waitForAll()
        }
        try await spool.close()
    }
}

/// The sources that were made one after the other, as the broker went and came back.
private final class RESTSources: Sendable {
    private let sources = Mutex<[RESTTaskSource]>([])

    /// Tasks that any of them has reserved and not settled.
    var outstanding: Int { sources.withLock { $0.reduce(0) { $0 + $1.outstanding } } }

    func add(_ source: RESTTaskSource) {
        sources.withLock { sources in
            // Those before it take nothing more.
            sources.removeAll { $0.outstanding == 0 }
            sources.append(source)
        }
    }
}

extension RESTSourceSettings {
    init(_ settings: WorkerSettings, pipelines: [String], untilEmpty: Bool) {
        self.init()
        baseURL = settings.antenna.baseURL
        authToken = settings.antenna.token?.reveal() ?? ""
        authTokenFile = settings.antenna.tokenFile.map(SecretFile.init(path:))
        serviceName = settings.antenna.serviceName
        self.pipelines = pipelines
        projectID = settings.antenna.project
        dialect = settings.antenna.dialect
        batchSize = settings.antenna.batchSize
        lease = settings.antenna.lease
        self.untilEmpty = untilEmpty
        spoolDirectory = settings.spool.directory
        spoolMaximumBytes = settings.spool.maxBytes
    }
}
