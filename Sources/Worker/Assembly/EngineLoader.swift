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

    /// An engine on the device that a choice comes to.
    ///
    /// - Throws: `CommandFailure` with every model that cannot be loaded; `InferenceError` for what the device lacks.
    func load(_ choice: DeviceChoice) throws -> (engine: DeviceEngine, use: DeviceUse) {
        try runtimes.use(
            choice,
            precision: settings.inference.precision,
            rejected: { use, error in
                logger.warning(
                    "OpenVINO does not take these models; ONNX Runtime runs them",
                    metadata: [LogKey.device: "\(use)", LogKey.error: "\(error)"]
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
                throw CommandFailure(mistakes.map(\.description).joined(separator: "\n"))
            }
            return (try DeviceEngine(device: use.device, pipelines: pipelines, threads: threads), use)
        }
    }

    private func pipelines(on use: DeviceUse, by runtime: any InferenceRuntime) -> LoadedPipelines {
        let options = SessionOptions(
            device: use.device,
            precision: use.precision,
            intraOpThreads: settings.inference.threadCount(for: use.device, processors: UsableProcessors.current())
        )
        let classificationBatchSize = settings.batch.classificationSize
        let sessions = SharedSessions()
        return LoadedPipelines(
            catalogue: catalogue,
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
            RoleMetrics.modelLoadSeconds.gauge(manifest.slug, "\(use.device)")
                .record(began.duration(to: .now) / .seconds(1))
            return pipeline
        }
    }
}
