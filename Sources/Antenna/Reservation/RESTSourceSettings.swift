package import Transport

/// How tasks are taken from Antenna's REST API and results brought back.
package struct RESTSourceSettings: Sendable {
    /// The API's base URL; a host alone gets `/api/v2`.
    package var baseURL: String
    /// The API token, sent to the API only.
    ///
    /// Default: none.
    package var authToken = ""
    /// Where the token is, to be read again when the server refuses it.
    ///
    /// Default: nowhere.
    package var authTokenFile: SecretFile?
    /// The name of this processing service, as registered.
    package var serviceName: String
    /// Slugs of the pipelines to take tasks of.
    package var pipelines: [String] = []
    /// The facts that a server must know of these pipelines to keep their results; those of others are posted unchecked.
    ///
    /// Default: nothing is checked.
    package var expectations: [PipelineExpectation] = []
    /// Only jobs of this project.
    ///
    /// Default: all the token may see.
    package var projectID: Int?
    /// `client_info`, told to the server with every POST.
    ///
    /// Default: nothing.
    package var clientInfo: AntennaClientInfo?
    /// The dialect to speak.
    package var dialect: AntennaDialectChoice
    /// The most tasks reserved by one call, 1 or more.
    package var batchSize: Int
    /// How long the server keeps a task for us; it does not say, older deployments have 30 s.
    package var lease: Duration
    /// The most images of a job that goes before others, since somebody waits for it; 0 for none.
    ///
    /// Default: 0.
    package var interactiveImages = 0
    /// The most jobs asked for by one listing.
    ///
    /// Default: 100.
    package var jobLimit = 100
    /// The longest time without any call, so that the server sees the worker alive; it looks back 60 s.
    ///
    /// Default: 20 s.
    package var livenessInterval = Duration.seconds(20)
    /// How often the jobs are listed while some have work.
    ///
    /// Default: 15 s.
    package var jobRefreshInterval = Duration.seconds(15)
    /// The first wait after an empty answer; doubles with every further one.
    ///
    /// Default: 1 s.
    package var minimumIdleDelay = Duration.seconds(1)
    /// The longest wait after empty answers.
    ///
    /// Default: 10 s.
    package var maximumIdleDelay = Duration.seconds(10)
    /// Whether the source ends when there is nothing left to do.
    ///
    /// That is: all jobs came back empty in two rounds running, nothing is in hand, and no task that this worker gave back or
    /// lost can still return. Leases of other workers that run out afterwards are left to others. Default: no.
    package var untilEmpty = false
    /// Whether a source that ends when there is nothing left also waits for tasks that other workers hold: until all jobs
    /// stayed empty for a whole lease.
    ///
    /// Default: no.
    package var waitsForOthers = false
    /// The longest time for one call of the API on which nothing moves.
    ///
    /// Default: 30 s.
    package var requestTimeout = Duration.seconds(30)
    /// The longest time for a call that reserves tasks.
    ///
    /// A server whose queue is away answers after two minutes; what a call reserves that was given up goes to nobody.
    /// Default: 150 s.
    package var reserveTimeout = Duration.seconds(150)
    /// The largest answer of the API, in bytes.
    ///
    /// Default: 64 MiB.
    package var maximumResponseBytes = 64 << 20
    /// POSTs of results at the same time, each of one result: large POSTs stall the server's database.
    ///
    /// Default: 4.
    package var postsInFlight = 4
    /// Where results wait that cannot be posted now.
    package var spoolDirectory: String
    /// The most bytes that wait there.
    ///
    /// When it is full, settling waits and nothing more is reserved.
    package var spoolMaximumBytes: Int
    /// The most results that wait there.
    ///
    /// Default: 100,000.
    package var spoolMaximumEntries = 100_000

    /// Makes settings of the values that operators set; the rest have defaults.
    package init(
        baseURL: String,
        serviceName: String,
        dialect: AntennaDialectChoice,
        batchSize: Int,
        lease: Duration,
        spoolDirectory: String,
        spoolMaximumBytes: Int
    ) {
        self.baseURL = baseURL
        self.serviceName = serviceName
        self.dialect = dialect
        self.batchSize = batchSize
        self.lease = lease
        self.spoolDirectory = spoolDirectory
        self.spoolMaximumBytes = spoolMaximumBytes
    }

    /// A client for the server that the settings name.
    ///
    /// - Parameter http: Who makes the requests.
    /// - Returns: The client, to be shared by source and poster.
    /// - Throws: ``AntennaError`` with `configuration` when the base URL is none.
    package func makeClient(http: any HTTPExecuting) throws(AntennaError) -> AntennaClient {
        AntennaClient(
            address: try AntennaAddress(baseURL),
            token: authToken,
            tokenFile: authTokenFile,
            serviceName: serviceName,
            clientInfo: clientInfo,
            dialect: dialect,
            timeout: requestTimeout,
            reserveTimeout: reserveTimeout,
            maximumResponseBytes: maximumResponseBytes,
            http: http
        )
    }

    /// The planner's share of the settings.
    var plannerLimits: ReservationPlanner.Limits {
        ReservationPlanner.Limits(
            batchSize: max(1, batchSize),
            interactiveImages: max(0, interactiveImages),
            lease: lease,
            livenessInterval: livenessInterval,
            jobRefreshInterval: jobRefreshInterval,
            minimumIdleDelay: minimumIdleDelay,
            maximumIdleDelay: max(minimumIdleDelay, maximumIdleDelay),
            untilEmpty: untilEmpty,
            waitsForOthers: waitsForOthers,
            hasToken: !authToken.isEmpty
        )
    }
}

extension RESTSourceSettings {
    /// The poster's share of the settings.
    package var posterSettings: ResultPoster.Settings {
        var settings = ResultPoster.Settings()
        settings.postsInFlight = max(1, postsInFlight)
        return settings
    }
}
