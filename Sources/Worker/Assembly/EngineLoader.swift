import Concurrency
import Inference
import Logging
import Metrics
import Pipeline
import Settings
import Telemetry

/// Loads the models of all pipelines for one engine.
struct EngineLoader {
    let settings: WorkerSettings
    let catalogue: PipelineCatalogue
    let runtimes: InferenceRuntimes
    /// Where images are resampled.
    let threads: BlockingPool
    let logger: Logger

    /// An engine on each device that the settings come to.
    ///
    /// - Throws: `CommandFailure` with every model that cannot be loaded; `InferenceError` for what a device lacks.
    func load() throws -> (engines: [DeviceEngine], placement: DevicePlacement) {
        let used = try runtimes.use(
            settings.inference.devices,
            precision: settings.inference.precision,
            rejected: { rejection in
                logger.warning(
                    "A device is there and cannot be used",
                    metadata: [
                        LogKey.device: "\(rejection.subject)", LogKey.error: "\(rejection.reason)",
                        LogKey.remedy: "\(rejection.remedy)",
                    ]
                )
            }
        ) { use, runtime in
            logger.info(
                "Loading models",
                metadata: [
                    LogKey.device: "\(use)",
                    LogKey.library: "\(runtime.name) \(runtime.version) at \(runtime.libraryPath)",
                ]
            )
            let pipelines = pipelines(on: use, by: runtime)
            let mistakes = try pipelines.loadAll()
            guard mistakes.isEmpty else {
                throw CommandFailure(
                    mistakes.map(\.description).joined(separator: "\n"),
                    status: ExitStatus.configuration
                )
            }
            return try DeviceEngine(device: use.device, pipelines: pipelines, threads: threads)
        }
        logger.info(
            "Models are loaded",
            metadata: [
                LogKey.device: "\(used.placement.names)",
                LogKey.reason: "\(used.placement.reason.isEmpty ? "as set" : used.placement.reason)",
            ]
        )
        return (used.results, used.placement)
    }

    private func pipelines(on use: DeviceUse, by runtime: any InferenceRuntime) -> LoadedPipelines {
        let options = SessionOptions(
            device: use.device,
            precision: use.precision,
            intraOpThreads: settings.inference.threadCount(for: use.device, processors: UsableProcessors.current()),
            cache: settings.inference.cache
        )
        let classificationBatchSize = settings.batch.classificationSize
        let log = ModelOriginLog(logger: logger)
        let sessions = SharedSessions { log.note($0.origin, of: $0.path, on: use, after: $1) }
        return LoadedPipelines(
            catalogue: catalogue,
            use: use,
            memory: settings.inference.modelMemory,
            logger: logger
        ) { manifest in
            let began = ContinuousClock.now
            let pipeline = try LoadedPipeline(
                manifest,
                options: options,
                classificationBatchSize: classificationBatchSize,
                sessions: sessions,
                runtime: runtime
            )
            FreedMemory.giveBack()
            RoleMetrics.modelLoadSeconds.gauge(manifest.slug, "\(use.device)")
                .record(began.duration(to: .now) / .seconds(1))
            return pipeline
        }
    }
}
