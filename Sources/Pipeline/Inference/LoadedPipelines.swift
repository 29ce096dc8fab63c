package import Inference
package import Logging
import Synchronization
import Telemetry

/// The pipelines of one device: loaded when they are wanted, unloaded when others need the memory.
///
/// What blocks says so; it belongs on a thread of its own.
package final class LoadedPipelines: Sendable {
    /// Loads a pipeline and runs it once; blocks.
    package typealias Load = @Sendable (PipelineManifest) throws -> LoadedPipeline

    private struct State {
        var residency: PipelineResidency
        var loaded: [String: LoadedPipeline] = [:]
        /// Unloaded by whoever may block.
        var leaving: [LoadedPipeline] = []

        mutating func take(_ slugs: [String]) {
            leaving += slugs.compactMap { loaded.removeValue(forKey: $0) }
        }
    }

    private let catalogue: PipelineCatalogue
    private let state: Mutex<State>
    private let logger: Logger
    private let load: Load

    /// Starts with nothing loaded.
    ///
    /// - Parameters:
    ///   - catalogue: The pipelines there are.
    ///   - use: Where they run, and how they compute there.
    ///   - memory: Bytes of model files that may be loaded; nil for no limit.
    ///   - logger: Told what is loaded and unloaded.
    ///   - load: Loads a pipeline.
    package init(
        catalogue: PipelineCatalogue,
        use: DeviceUse,
        memory: Int?,
        logger: Logger,
        load: @escaping Load
    ) {
        let files = catalogue.manifests.map { ($0.slug, $0.modelFiles(on: use)) }
        let residency = PipelineResidency(files: Dictionary(files) { first, _ in first }, limit: memory)
        self.catalogue = catalogue
        self.state = Mutex(State(residency: residency))
        self.logger = logger
        self.load = load
    }

    /// Loads every pipeline once, so that what is wrong with any is known at the start, and keeps as many as the limit allows.
    ///
    /// Blocks.
    /// - Returns: What is wrong with them.
    /// - Throws: What is wrong for all alike, such as a device that is not there.
    package func loadAll() throws -> [ManifestError] {
        var mistakes: [ManifestError] = []
        for manifest in catalogue.manifests {
            do {
                _ = try makeRoomAndLoad(manifest)
            } catch let error as ManifestError {
                mistakes.append(error)
            }
        }
        return mistakes
    }

    /// Says that a pipeline is wanted until it is released.
    ///
    /// - Returns: The pipeline; nil when it has to be loaded first.
    /// - Throws: `TaskFailure` when there is no such pipeline; nothing is to be released then.
    package func claim(_ slug: String) throws -> LoadedPipeline? {
        _ = try catalogue.manifest(slug)
        return state.withLock { state in
            state.residency.claim(slug)
            return state.loaded[slug]
        }
    }

    /// Loads a pipeline that was claimed, unless another caller has done so.
    ///
    /// Blocks; calls come one after the other.
    ///
    /// - Throws: `InferenceError`: `outOfMemory`, or `modelLost`, since it could be loaded at the start.
    package func loadClaimed(_ slug: String) throws -> LoadedPipeline {
        if let loaded = state.withLock({ $0.loaded[slug] }) { return loaded }
        do {
            return try makeRoomAndLoad(try catalogue.manifest(slug))
        } catch let error as InferenceError where error.code == .outOfMemory {
            throw error
        } catch {
            throw InferenceError(
                .modelLost,
                operation: OperationName("pipeline.load", "pipeline \(slug) again"),
                message: "\(error)"
            )
        }
    }

    /// Says that somebody is done with a pipeline.
    ///
    /// - Returns: Whether ``unload()`` has something to do.
    package func release(_ slug: String) -> Bool {
        state.withLock { state in
            state.take(state.residency.release(slug))
            return !state.leaving.isEmpty
        }
    }

    /// Frees the models of pipelines that have to go.
    ///
    /// Blocks.
    package func unload() {
        let leaving = state.withLock { state in
            defer { state.leaving = [] }
            return state.leaving
        }
        for pipeline in leaving {
            logger.info("Pipeline unloaded", metadata: metadata(of: pipeline))
        }
    }

    private func makeRoomAndLoad(_ manifest: PipelineManifest) throws -> LoadedPipeline {
        state.withLock { $0.take($0.residency.makeRoom(for: manifest.slug)) }
        unload()
        let began = ContinuousClock.now
        do {
            let pipeline = try load(manifest)
            state.withLock { $0.loaded[manifest.slug] = pipeline }
            logger.info(
                "Pipeline loaded",
                metadata: metadata(of: pipeline).merging([LogKey.duration: "\(began.duration(to: .now))"]) { $1 }
            )
            return pipeline
        } catch {
            state.withLock { $0.residency.loadingFailed(manifest.slug) }
            throw error
        }
    }

    private func metadata(of pipeline: LoadedPipeline) -> Logger.Metadata {
        [LogKey.pipeline: "\(pipeline.manifest.slug)", LogKey.device: "\(pipeline.device)"]
    }
}
