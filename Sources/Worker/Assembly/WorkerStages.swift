package import Concurrency
package import Inference
import JSON
package import Logging
package import Pipeline
package import Settings
import Telemetry
import Transport

/// The stages of a worker, without a source.
package struct WorkerStages {
    package let manifests: [PipelineManifest]
    package let statistics: WorkerStatistics
    /// Where the models run, and why there.
    package let placement: DevicePlacement
    package let images: ImageStages
    /// Engines that infer at the same time.
    private let engineCount: Int
    private let settings: WorkerSettings
    private let context: RoleContext
    private let batcher: Batcher
    private let logger: Logger

    /// Loads models and puts the stages together, on a thread of its own: Swift's pool has to answer the admin port meanwhile.
    ///
    /// - Throws: What keeps the worker from starting, in sentences for people.
    package static func load(
        settings: WorkerSettings,
        context: RoleContext,
        logger: Logger
    ) async throws -> WorkerStages {
        try await BlockingPool(name: "models", threadCount: 1).run {
            try WorkerStages(settings: settings, context: context, logger: logger)
        }
    }

    /// Loads models and puts the stages together.
    ///
    /// - Throws: What keeps the worker from starting, in sentences for people.
    package init(
        settings: WorkerSettings,
        context: RoleContext = RoleContext(),
        logger: Logger
    ) throws {
        try self.init(
            settings: settings,
            context: context,
            logger: logger,
            inference: { threads in
                try InferenceAssembly(
                    settings: settings,
                    slugs: settings.work.pipelines,
                    threads: threads,
                    logger: logger
                )
            }
        )
    }

    /// Puts the stages together around an inference of the caller's.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - context: What steers it, and who looks at it.
    ///   - logger: The worker's log.
    ///   - makeInference: Makes the engines; images are resampled on the threads it gets.
    /// - Throws: What keeps the worker from starting, in sentences for people.
    package init(
        settings: WorkerSettings,
        context: RoleContext = RoleContext(),
        logger: Logger,
        inference makeInference: (BlockingPool) throws -> InferenceAssembly
    ) throws {
        images = try ImageStages(settings, logger: logger)
        let inference = try makeInference(images.threads)
        self.settings = settings
        self.context = context
        self.logger = logger
        self.manifests = inference.catalogue.manifests
        self.placement = inference.placement
        self.engineCount = inference.engines.count
        self.statistics = WorkerStatistics()
        self.batcher = Batcher(
            engines: inference.engines,
            sizes: inference.catalogue.localizationSize,
            maximumSize: settings.batch.localizationSize,
            // As many as a batch of images with a classifier's batch of insects in each: about the same work.
            maximumBoxes: settings.batch.localizationSize * settings.batch.classificationSize,
            linger: settings.batch.linger
        )
        batcher.watchWaits(for: images.budget)
        for manifest in manifests where settings.results.features && !manifest.hasFeatures {
            logger.warning(
                "Results of this pipeline come without features: its manifest names none",
                metadata: [LogKey.pipeline: "\(manifest.slug)"]
            )
        }
    }

    /// Describes the models, and what is told of their answers: of another description a task may be answered otherwise.
    var modelsDescription: [UInt8] {
        let features = manifests.map { $0.classifiers.map { $0.featureCount ?? 0 } }
        return JSONValue.array(manifests.map(\.registration.json)).encoded()
            + Array("\(settings.results.contents)\(features)\(placement.devices.map(\.description))".utf8)
    }

    /// How long engines had something to run until now, summed over the engines.
    package var demand: Duration { batcher.demand }

    /// The worker that takes its tasks from `source`, whose images are fetched over HTTP.
    package func worker(source: any TaskSource) -> Worker {
        worker(
            source: source,
            images: images.provider(statistics: statistics.images),
            encoder: ResultEncoder(manifests: manifests)
        )
    }

    /// The worker whose images are files of this machine.
    ///
    /// No cache knows them, as a path does not say what is in a file; their results also tell how sure the detector is.
    package func worker(files source: FileTaskSource) -> Worker {
        worker(
            source: source,
            images: images.provider(
                isCaching: false,
                fetcher: FileFetcher(threads: images.threads, maximumBytes: settings.images.maxBytes),
                statistics: statistics.images
            ),
            encoder: ResultEncoder(manifests: manifests, tellsDetectionScores: true),
            failures: TaskFailureLog(logger, sumsUp: false)
        )
    }

    private func worker(
        source: any TaskSource,
        images: PixelProvider,
        encoder: ResultEncoder,
        failures: TaskFailureLog? = nil
    ) -> Worker {
        Worker(
            source: source,
            images: images,
            batcher: batcher,
            encoder: encoder,
            contents: settings.results.contents,
            tasksInHand: tasksInHand,
            statistics: statistics,
            observers: context.observers,
            failures: failures,
            logger: logger
        )
    }

    /// The health of a worker of these stages, without that of its source.
    ///
    /// - Throws: ``SettingsError`` for an address of Redis that cannot be used; `TransportError` without descriptors.
    package func health(of worker: Worker) throws -> RoleHealth {
        var health = RoleHealth(
            worker: worker,
            statistics: statistics,
            imagePatience: settings.images.longestFetch
        )
        health.placement = placement
        return health
            + (try RoleHealth(images, redis: try settings.redis.connection(), logger: logger))
            + RoleHealth(pipelines: manifests.map(\.slug))
    }

    /// The tasks that the stages can hold: images read ahead, one batch inferring and one preparing an engine, and as many publishing.
    private var tasksInHand: Int {
        settings.images.fetchConcurrency + 3 * settings.batch.localizationSize * engineCount
    }
}
