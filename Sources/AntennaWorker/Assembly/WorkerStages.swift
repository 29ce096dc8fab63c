import Foundation
import Imaging
import Inference
import Logging
import Pipeline
import Threading
import Transport

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
