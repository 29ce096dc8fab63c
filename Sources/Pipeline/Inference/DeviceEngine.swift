package import Concurrency
package import Inference
import Telemetry

/// An inference engine on one device, with the models of all pipelines, or of as many as its memory may hold.
///
/// Images are resampled into the detector's input on the decoding threads, several at a time and while the batch before is
/// inferred; models are loaded, run and unloaded on a thread of the engine's own. A batch of the interactive lane has its turn between
/// two runs of a model, also those of a batch that is under way. A run ends before its time when its task is cancelled.
package final class DeviceEngine: InferenceEngine {
    private let pipelines: LoadedPipelines
    private let threads: BlockingPool
    private let thread: BlockingPool

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
        // ONNX Runtime recurses over graphs while it loads them.
        thread = BlockingPool(name: "engine-\(device)", threadCount: 1, stackBytes: 8 << 20)
        if let shortage = thread.shortage { throw shortage }
    }

    package func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        try await withPipeline(key.pipeline) { try await analyse(images, size: key.size, with: $0) }
    }

    package func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        try await withPipeline(pipeline) { try await run(images, with: $0) }
    }

    private func withPipeline(
        _ slug: String,
        _ body: (LoadedPipeline) async throws -> PipelineAnalysis
    ) async throws -> PipelineAnalysis {
        let loaded = try pipelines.claim(slug)
        let analysis: Result<PipelineAnalysis, any Error>
        do {
            let pipeline =
                if let loaded { loaded } else { try await thread.run { try self.pipelines.loadClaimed(slug) } }
            analysis = .success(try await body(pipeline))
        } catch {
            analysis = .failure(error)
        }
        // Cut short only by a cancellation, and then the next release frees them.
        if pipelines.release(slug) { try? await thread.run { self.pipelines.unload() } }
        return try analysis.get()
    }

    private func analyse(
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
        let options = images.map(\.options)
        var analysis = try await run { try pipeline.analyse(batch, options: options, control: $0) }
        analysis.times.prepare = prepared
        return analysis
    }

    private func run(_ images: [BoxedImage], with pipeline: LoadedPipeline) async throws -> PipelineAnalysis {
        try await run { try pipeline.classify(images, control: $0) }
    }

    /// Has the engine's thread run models, for as long as the calling task is not cancelled.
    private func run(
        _ body: @escaping @Sendable (RunControl) throws -> PipelineAnalysis
    ) async throws -> PipelineAnalysis {
        let interruption = Interruption()
        let control = RunControl(
            betweenRuns: giveWay,
            share: { [threads] in threads.share($0, $1) },
            interruption: interruption
        )
        return try await withTaskCancellationHandler {
            do {
                return try await thread.run { try body(control) }
            } catch let error as InferenceError where error.code == .interrupted {
                throw CancellationError()
            }
        } onCancel: {
            interruption.raise()
        }
    }

    /// The way in which a batch of the calling task lets others in between two runs of a model.
    private var giveWay: @Sendable () -> Void {
        switch Lane.current {
        case .interactive: {}
        case .batch: { [thread] in thread.giveWay() }
        }
    }
}
