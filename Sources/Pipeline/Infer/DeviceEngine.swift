package import Imaging
package import Inference
package import Threading

/// An inference engine on one device, with the models of all pipelines loaded.
///
/// Images are resampled into the detector's input on the decoding threads, several at a time and while the batch before is
/// inferred; the models run on a thread of the engine's own.
package actor DeviceEngine: InferenceEngine {
    private let pipelines: [String: LoadedPipeline]
    private let threads: BlockingPool
    private let executor: SerialThreadExecutor

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - device: Names the engine's thread.
    ///   - pipelines: The pipelines, loaded on the device.
    ///   - threads: Where images are resampled.
    package init(device: Device, pipelines: [LoadedPipeline], threads: BlockingPool) {
        self.pipelines = Dictionary(pipelines.map { ($0.manifest.slug, $0) }, uniquingKeysWith: { first, _ in first })
        self.threads = threads
        self.executor = SerialThreadExecutor(name: "engine-\(device)")
    }

    package nonisolated func localizationSize(
        pipeline: String,
        height: Int,
        width: Int
    ) throws -> LocalizationSize {
        try loaded(pipeline).localizationSize(height: height, width: width)
    }

    package nonisolated func infer(_ images: [PixelBuffer], key: BatchKey) async throws -> PipelineAnalysis {
        let pipeline = try loaded(key.pipeline)
        let began = ContinuousClock.now
        let batch = pipeline.detector.makeBatch(size: key.size, count: images.count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (slot, image) in images.enumerated() {
                group.addTask { try await self.threads.run { try batch.fill(slot: slot, with: image) } }
            }
            try await group.waitForAll()
        }
        let prepared = began.duration(to: .now)
        var analysis = try await run(batch, in: pipeline)
        analysis.times.prepare = prepared
        return analysis
    }

    private func run(_ batch: DetectorBatch, in pipeline: LoadedPipeline) throws -> PipelineAnalysis {
        try pipeline.analyse(batch)
    }

    private nonisolated func loaded(_ slug: String) throws -> LoadedPipeline {
        guard let pipeline = pipelines[slug] else {
            throw TaskFailure(stage: .detect, message: "Pipeline \(slug) is not loaded in this worker")
        }
        return pipeline
    }
}
