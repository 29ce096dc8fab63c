import Imaging
package import Inference
import Metrics
import Synchronization

/// Images of one batch have the same pipeline and the same localization size: height × width of the detector's input.
package struct BatchKey: Hashable, Sendable {
    /// The pipeline's slug.
    package let pipeline: String
    /// The size every image of the batch is resampled to.
    package let size: LocalizationSize

    /// Makes a key.
    package init(pipeline: String, size: LocalizationSize) {
        self.pipeline = pipeline
        self.size = size
    }
}

/// Gathers images into batches, has the engines infer them and hands every image its own analysis.
///
/// ``run()`` must be running for anything to come back.
package final class Batcher: Sendable {
    private struct Item: Sendable {
        // Holds its part of the budget until the batch is done.
        let image: AdmittedPixels
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<BatchOutcome, any Error>
    }

    private typealias State = BatcherState<BatchKey, Item>

    private let engines: [any InferenceEngine]
    private let state: Mutex<State>
    private let nextID = Atomic<UInt64>(0)
    // As long as the images in hand, which the budget of pixels bounds.
    private let actions: AsyncStream<State.Action>
    private let act: AsyncStream<State.Action>.Continuation
    private let batchSizes = Recorder(label: "antenna_worker_batch_images")

    /// Makes a batcher that feeds `engines`, of which there is at least one.
    ///
    /// - Parameters:
    ///   - engines: One for each device.
    ///   - maximumSize: Images a batch at most.
    ///   - linger: How long an image waits for others while an engine is idle.
    package init(engines: [any InferenceEngine], maximumSize: Int, linger: Duration) {
        self.engines = engines
        self.state = Mutex(State(maximumSize: maximumSize, linger: linger, engineCount: engines.count))
        (self.actions, self.act) = AsyncStream.makeStream()
    }

    /// Images that wait for a batch.
    package var waitingCount: Int { state.withLock(\.waitingCount) }

    /// Says that a task has set out whose image will come, or which ends with ``leaveUpstream()``.
    package func enterUpstream() {
        state.withLock { $0.upstreamEntered() }
    }

    /// Says that a task has ended before its image came.
    package func leaveUpstream() {
        perform(state.withLock { $0.upstreamLeft(now: .now) })
    }

    /// Runs `body`, a wait for memory, while the batcher counts on no image from here.
    package func whileBlocked<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        perform(state.withLock { $0.upstreamBlocked(now: .now) })
        defer { state.withLock { $0.upstreamUnblocked() } }
        return try await body()
    }

    /// Waits for a batch, its inference, and returns what was found in this image.
    ///
    /// The caller must have called ``enterUpstream()``; from here on the image no longer counts as upstream.
    ///
    /// - Throws: `InferenceError` when this very image cannot be inferred, which touches no neighbour in its batch;
    ///   `CancellationError` when the caller was cancelled before the batch set out.
    package func analyse(_ image: AdmittedPixels, pipeline: String) async throws -> BatchOutcome {
        let size: LocalizationSize
        do {
            let (height, width) = (image.buffer.height, image.buffer.width)
            size = try engines[0].localizationSize(pipeline: pipeline, height: height, width: width)
        } catch {
            leaveUpstream()
            throw error
        }
        let id = nextID.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let now = ContinuousClock.now
                let item = Item(image: image, since: now, continuation: continuation)
                let key = BatchKey(pipeline: pipeline, size: size)
                perform(state.withLock { $0.submit(id, item, key: key, now: now) })
                // A cancellation from before the submission found nothing to withdraw.
                if Task.isCancelled { withdraw(id) }
            }
        } onCancel: {
            withdraw(id)
        }
    }

    /// Feeds the engines until ``finish()`` was called and everything dispatched has come back.
    ///
    /// Cancellation does not end it: those who wait here are cancelled one by one, and leave by themselves.
    package func run() async {
        await Task {
            await withDiscardingTaskGroup { group in
                var timer: Task<Void, Never>?
                for await action in actions {
                    switch action {
                    case .dispatch(let engine, let key, let items):
                        group.addTask { await self.infer(items, key: key, engine: engine) }
                    case .setTimer(let instant):
                        timer = Task { await self.wait(until: instant) }
                    }
                }
                // Nobody is left whom it could concern.
                timer?.cancel()
            }
        }.value
    }

    /// Lets ``run()`` return once the batches in hand are done; call when nothing will be submitted any more.
    package func finish() {
        act.finish()
    }

    private func perform(_ actions: [State.Action]) {
        for action in actions {
            act.yield(action)
        }
    }

    private func withdraw(_ id: UInt64) {
        state.withLock { $0.withdraw(id) }?.continuation.resume(throwing: CancellationError())
    }

    private func wait(until instant: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: instant, clock: .continuous)
        } catch {
            // Cancelled: the batcher has ended.
            return
        }
        perform(state.withLock { $0.timerFired(now: .now) })
    }

    private func infer(_ items: [Item], key: BatchKey, engine: Int) async {
        let began = ContinuousClock.now
        batchSizes.record(items.count)
        let outcomes = await BisectingInference(engine: engines[engine], key: key).infer(items.map(\.image.buffer))
        for (item, outcome) in zip(items, outcomes) {
            item.continuation.resume(
                with: outcome.map { insects, times in
                    BatchOutcome(insects: insects, waited: began - item.since, times: times)
                }
            )
        }
        perform(state.withLock { $0.engineFinished(engine, now: .now) })
    }
}

/// What came of one image's batch.
package struct BatchOutcome: Sendable {
    /// What was found in the image, the best score first.
    package let insects: [DetectedInsect]
    /// How long the image waited for its batch.
    package let waited: Duration
    /// The image's share of the time its batch took.
    package let times: PipelineTimes
}
