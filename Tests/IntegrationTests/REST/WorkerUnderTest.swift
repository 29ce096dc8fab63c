import Antenna
import Concurrency
import Foundation
import Imaging
import Inference
import LocalAntenna
import Logging
import Pipeline
import ServiceLifecycle
import TestSupport
import Transport
import WorkerTestSupport

/// A whole worker in the test process, with the demo models, that takes its tasks from a local Antenna.
struct WorkerUnderTest {
    let statistics = WorkerStatistics()
    let poster: ResultPoster
    let spool: Spool
    private let worker: Worker

    init(
        antenna: LocalAntennaServer,
        imageTimeout: Duration = .seconds(60),
        settings change: (inout RESTSourceSettings) -> Void = { _ in }
    ) async throws {
        var settings = RESTSourceSettings(baseURL: antenna.baseURL)
        settings.pipelines = ["demo"]
        settings.untilEmpty = true
        settings.minimumIdleDelay = .milliseconds(20)
        settings.maximumIdleDelay = .milliseconds(100)
        settings.spoolDirectory = try PackagePaths.scratch("spool").path
        change(&settings)
        var logger = Logger(label: "worker-under-test")
        logger.logLevel = .error

        let http = try HTTPClient()
        let client = try settings.makeClient(http: AntennaHTTP(client: http))
        spool = try await Spool.open(
            directory: settings.spoolDirectory,
            address: client.address,
            maximumBytes: settings.spoolMaximumBytes,
            maximumEntries: settings.spoolMaximumEntries,
            logger: logger
        )
        poster = ResultPoster(client: client, spool: spool, settings: settings.posterSettings, logger: logger)
        let source = RESTTaskSource(settings: settings, client: client, poster: poster, logger: logger)

        let threads = BlockingPool(name: "decode", threadCount: 2)
        let catalogue = PipelineCatalogue([try PipelineManifest(directory: "\(PackagePaths.models)/demo")])
        let runtime = try InferenceRuntime.load(environment: ProcessInfo.processInfo.environment, logger: logger)
        let shelf = PipelineShelf(catalogue: catalogue, memory: nil, logger: logger) { manifest in
            try LoadedPipeline(
                manifest,
                options: SessionOptions(intraOpThreads: 2),
                classificationBatchSize: 20,
                runtime: runtime
            )
        }
        var policy = HTTPPolicy.image
        policy.totalTimeout = imageTimeout
        worker = Worker(
            source: source,
            images: PixelProvider(
                cache: nil,
                fetcher: ImageFetcher(
                    client: http,
                    policy: policy,
                    retries: RetryPolicy(maximumAttempts: 2, initialDelay: .milliseconds(10))
                ),
                decoding: ImageDecodingStage(
                    decoder: ImageDecoder(),
                    buffers: PixelBufferPool(maximumIdleBytes: 64 << 20),
                    threads: threads,
                    budget: Budget(limit: 64 << 20)
                ),
                imagesReadAhead: 8,
                statistics: statistics.images
            ),
            batcher: Batcher(
                engines: [try DeviceEngine(device: .cpu, shelf: shelf, threads: threads)],
                sizes: catalogue.localizationSize,
                maximumSize: 4,
                linger: .milliseconds(20)
            ),
            encoder: ResultEncoder(manifests: catalogue.manifests),
            tasksInHand: 24,
            statistics: statistics,
            logger: logger
        )
    }

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

/// A local Antenna for the length of a test.
func withLocalAntenna(
    _ change: (inout LocalAntennaConfiguration) throws -> Void,
    body: (LocalAntennaServer) async throws -> Void
) async throws {
    var configuration = LocalAntennaConfiguration()
    try change(&configuration)
    var logger = Logger(label: "local-antenna")
    logger.logLevel = .error
    let antenna = LocalAntennaServer(configuration: configuration, logger: logger)
    try await antenna.start()
    do {
        try await body(antenna)
    } catch {
        await antenna.stop()
        throw error
    }
    await antenna.stop()
}
