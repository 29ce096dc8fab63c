import Foundation
import Imaging
import Inference
import Logging
import Pipeline
import ServiceLifecycle
import Threading
import Transport

/// A whole worker in this process that takes its tasks from Antenna's REST API.
struct RESTWorker: Service, CustomStringConvertible {
    // The service group logs its services; what they hold is long, and nobody's business.
    let description = "worker over REST"
    /// Outcomes and durations since the start.
    let statistics: WorkerStatistics
    private let worker: Worker
    private let poster: ResultPoster
    private let spool: Spool

    /// Loads models, opens the spool, and puts the stages together; nothing is taken before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - untilEmpty: Whether the worker ends once there is nothing left to do.
    ///   - logger: The worker's log.
    ///   - onProgress: Called after every settled task.
    /// - Throws: What keeps the worker from starting, in sentences for people.
    init(
        settings: WorkerSettings,
        untilEmpty: Bool,
        logger: Logger,
        onProgress: @escaping @Sendable (WorkerStatistics.Counts) -> Void = { _ in }
    ) async throws {
        let stages = try WorkerStages(settings: settings, logger: logger, onProgress: onProgress)
        let rest = RESTSourceSettings(settings, pipelines: stages.manifests.map(\.slug), untilEmpty: untilEmpty)
        let client = try rest.makeClient(http: stages.http)
        spool = try await Spool.open(
            directory: rest.spoolDirectory,
            address: client.address,
            maximumBytes: rest.spoolMaximumBytes,
            maximumEntries: rest.spoolMaximumEntries,
            logger: logger
        )
        poster = ResultPoster(client: client, spool: spool, settings: rest.posterSettings, logger: logger)
        let source = RESTTaskSource(settings: rest, client: client, poster: poster, logger: logger)
        statistics = stages.statistics
        worker = stages.worker(source: source)
    }

    /// Works until the source has ended or a graceful shutdown has drained it, and what the spool holds was tried once more.
    ///
    /// - Throws: What no retry can mend, such as a refused token.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await poster.run() }
            try await worker.run()
            poster.finish()
            try await group.waitForAll()
        }
        try await spool.close()
    }
}

/// The stages of a worker, without a source.
struct WorkerStages {
    let manifests: [PipelineManifest]
    let statistics: WorkerStatistics
    let http: HTTPClient
    private let settings: WorkerSettings
    private let images: PixelProvider
    private let batcher: Batcher
    private let logger: Logger

    /// Loads models and puts the stages together.
    ///
    /// - Throws: What keeps the worker from starting, in sentences for people.
    init(
        settings: WorkerSettings,
        logger: Logger,
        onProgress: @escaping @Sendable (WorkerStatistics.Counts) -> Void
    ) throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let threads = BlockingPool(
            name: "decode",
            threadCount: settings.images.decodeThreadCount(cores: cores)
        )
        let inference = try InferenceAssembly(
            settings: settings,
            slugs: settings.pipelines,
            threads: threads,
            logger: logger
        )
        let statistics = WorkerStatistics(onChange: onProgress)
        let http = try HTTPClient()
        self.settings = settings
        self.logger = logger
        self.manifests = inference.manifests
        self.statistics = statistics
        self.http = http
        self.images = PixelProvider(
            cache: nil,
            fetcher: ImageFetcher(
                client: http,
                policy: HTTPPolicy(settings.images),
                retries: RetryPolicy(maximumAttempts: settings.images.retries + 1)
            ),
            decoding: ImageDecodingStage(
                decoder: ImageDecoder(maximumPixels: settings.images.maxPixels),
                buffers: PixelBufferPool(
                    maximumIdleBytes: settings.memory.pixelBudget,
                    maximumBytes: settings.memory.pixelBudget
                ),
                threads: threads,
                budget: Budget(limit: settings.memory.pixelBudget)
            ),
            imagesReadAhead: settings.images.fetchConcurrency,
            statistics: statistics
        )
        self.batcher = Batcher(
            engines: inference.engines,
            maximumSize: settings.batch.localizationSize,
            linger: settings.batch.linger
        )
    }

    /// The worker that takes its tasks from `source`.
    func worker(source: any TaskSource) -> Worker {
        Worker(
            source: source,
            images: images,
            batcher: batcher,
            encoder: ResultEncoder(manifests: manifests),
            tasksInHand: tasksInHand,
            statistics: statistics,
            logger: logger
        )
    }

    /// What the stages can hold: images read ahead, one batch inferring and one preparing a device, and as many publishing.
    private var tasksInHand: Int {
        settings.images.fetchConcurrency + 3 * settings.batch.localizationSize * settings.inference.devices.count
    }
}

extension HTTPPolicy {
    init(_ settings: ImageSettings) {
        self = .image
        connectTimeout = settings.connectTimeout
        totalTimeout = settings.totalTimeout
        maximumResponseBytes = settings.maxBytes
        addresses = AddressPolicy(allowsPrivate: settings.allowPrivate)
    }
}

extension RESTSourceSettings {
    init(_ settings: WorkerSettings, pipelines: [String], untilEmpty: Bool) {
        self.init()
        baseURL = settings.antenna.baseURL
        authToken = settings.antenna.token?.reveal() ?? ""
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
