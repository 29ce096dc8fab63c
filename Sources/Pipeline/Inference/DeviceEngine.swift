package import Concurrency
package import Inference

/// An inference engine on one device, with the models of all pipelines, or of as many as its memory may hold.
///
/// Images are resampled into the detector's input on the decoding threads, several at a time and while the batch before is
/// inferred; models are loaded, run and unloaded on a thread of the engine's own.
package actor DeviceEngine: InferenceEngine {
    private let pipelines: LoadedPipelines
    private let threads: BlockingPool
    private let executor: SerialThreadExecutor

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - device: Names the engine's thread.
    ///   - pipelines: The pipelines on the device.
    ///   - threads: Where images are resampled.
    /// - Throws: `SystemThread.Shortage` when the engine cannot have a thread.
    package init(device: Device, pipelines: LoadedPipelines, threads: BlockingPool) throws(SystemThread.Shortage) {
        self.pipelines = pipelines
        self.threads = threads
        self.executor = try SerialThreadExecutor(name: "engine-\(device)")
    }

    package nonisolated func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        try await withPipeline(key.pipeline) { try await analyse(images, size: key.size, with: $0) }
    }

    package nonisolated func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        try await withPipeline(pipeline) { try await run(images, in: $0) }
    }

    private nonisolated func withPipeline(
        _ slug: String,
        _ body: (LoadedPipeline) async throws -> PipelineAnalysis
    ) async throws -> PipelineAnalysis {
        let loaded = try pipelines.claim(slug)
        let analysis: Result<PipelineAnalysis, any Error>
        do {
            let pipeline = if let loaded { loaded } else { try await load(slug) }
            analysis = .success(try await body(pipeline))
        } catch {
            analysis = .failure(error)
        }
        if pipelines.release(slug) { await unload() }
        return try analysis.get()
    }

    private nonisolated func analyse(
        _ images: [WholeImage],
        size: LocalizationSize,
        with pipeline: LoadedPipeline
    ) async throws -> PipelineAnalysis {
        let began = ContinuousClock.now
        let batch = try pipeline.detector.makeBatch(size: size, count: images.count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (slot, image) in images.enumerated() {
                group.addTask { try await self.threads.run { try batch.fill(slot: slot, with: image.image) } }
            }
            try await group.waitForAll()
        }
        let prepared = began.duration(to: .now)
        var analysis = try await run(batch, images.map(\.options), in: pipeline)
        analysis.times.prepare = prepared
        return analysis
    }

    private func run(
        _ batch: DetectorBatch,
        _ options: [AnalysisOptions],
        in pipeline: LoadedPipeline
    ) throws -> PipelineAnalysis {
        try pipeline.analyse(batch, options: options)
    }

    private func run(_ images: [BoxedImage], in pipeline: LoadedPipeline) throws -> PipelineAnalysis {
        try pipeline.classify(images)
    }

    private func load(_ slug: String) throws -> LoadedPipeline {
        try pipelines.loadClaimed(slug)
    }

    private func unload() {
        pipelines.unload()
    }
}
