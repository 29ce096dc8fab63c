package import Concurrency
import Foundation
package import Inference
package import Logging
import Metrics
package import Pipeline
package import Settings
import Telemetry

/// Loads models onto devices.
package struct InferenceAssembly {
    /// The pipelines that are loaded, in the order of their slugs.
    package let catalogue: PipelineCatalogue
    /// One engine a device.
    package let engines: [any InferenceEngine]

    /// Takes engines that are there already.
    package init(catalogue: PipelineCatalogue, engines: [any InferenceEngine]) {
        self.catalogue = catalogue
        self.engines = engines
    }

    /// Reads the manifests, loads ONNX Runtime, and loads every pipeline onto every device, each with a run to warm up.
    ///
    /// - Parameters:
    ///   - settings: Devices, threads, folder, batch sizes and memory.
    ///   - slugs: The pipelines wanted; empty for all in the folder.
    ///   - threads: Where images are resampled.
    ///   - logger: Told what was loaded, and ONNX Runtime's own messages at debug level.
    /// - Throws: `CommandFailure` that names every mistake in every manifest and model, or what the devices lack.
    package init(settings: WorkerSettings, slugs: [String], threads: BlockingPool, logger: Logger) throws {
        let catalogue = PipelineCatalogue(try Self.readManifests(in: settings.models.folder, slugs: slugs))
        let runtime = try InferenceRuntime.load(environment: ProcessInfo.processInfo.environment, logger: logger)
        let processors = UsableProcessors.current()
        self.catalogue = catalogue
        self.engines = try settings.inference.devices.map { device in
            let options = SessionOptions(
                device: device,
                intraOpThreads: settings.inference.threadCount(for: device, processors: processors)
            )
            let sessions = SharedSessions()
            let pipelines = LoadedPipelines(
                catalogue: catalogue,
                memory: settings.inference.modelMemory,
                logger: logger
            ) {
                manifest in
                let began = ContinuousClock.now
                let pipeline = try LoadedPipeline(
                    manifest,
                    options: options,
                    classificationBatchSize: settings.batch.classificationSize,
                    sessions: sessions,
                    runtime: runtime
                )
                RoleMetrics.modelLoadSeconds.gauge(manifest.slug, "\(device)")
                    .record(began.duration(to: .now) / .seconds(1))
                return pipeline
            }
            let mistakes = try pipelines.loadAll()
            guard mistakes.isEmpty else {
                throw CommandFailure(mistakes.map(\.description).joined(separator: "\n"))
            }
            return try DeviceEngine(device: device, pipelines: pipelines, threads: threads)
        }
    }

    /// Reads the manifests of `slugs`, or of every pipeline in the folder.
    ///
    /// - Throws: `CommandFailure` with the mistakes of all of them.
    package static func readManifests(in folder: String, slugs: [String]) throws -> [PipelineManifest] {
        let wanted = slugs.isEmpty ? PipelineManifest.slugs(in: folder) : slugs
        guard !wanted.isEmpty else {
            throw CommandFailure("There is no pipeline in \(folder): each is a folder with a pipeline.json.")
        }
        var manifests: [PipelineManifest] = []
        var mistakes: [String] = []
        for slug in wanted {
            do {
                manifests.append(try PipelineManifest(directory: "\(folder)/\(slug)"))
            } catch {
                mistakes.append("\(error)")
            }
        }
        guard mistakes.isEmpty else { throw CommandFailure(mistakes.joined(separator: "\n")) }
        return manifests
    }
}
