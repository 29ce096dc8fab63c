package import Concurrency
import Imaging
package import Inference
import Metrics
import Synchronization
import Telemetry

/// Gathers images into batches, has the engines infer them and hands every image its own analysis.
///
/// ``run()`` must be running for anything to come back.
package final class Batcher: Sendable {
    private struct Item: Sendable {
        // Holds its part of the budget until the batch is done.
        let image: AdmittedPixels
        /// Where something is in it; empty where that is yet to be found out.
        let boxes: [Box]
        let options: AnalysisOptions
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<BatchOutcome, any Error>
    }

    private typealias State = BatcherState<BatchGroup, Item>

    private enum Order: Sendable {
        case act(State.Action)
        /// End the batches that are under way.
        case interrupt
    }

    /// The size at which an image of `height` × `width` pixels enters a pipeline's detector; throws for one that is not served.
    package typealias Sizes = @Sendable (_ pipeline: String, _ height: Int, _ width: Int) throws -> LocalizationSize

    /// The most boxes that are classified together, and the most of one call of ``classify(_:in:pipeline:options:from:)``.
    package let maximumBoxes: Int

    private let engines: [any InferenceEngine]
    private let sizes: Sizes
    private let state: Mutex<State>
    private let nextID = Atomic<UInt64>(0)
    // As long as the images in hand, which the budget of pixels bounds.
    private let orders: AsyncStream<Order>
    private let order: AsyncStream<Order>.Continuation
    private let batchSizes = WorkMetrics.batchImages.recorder()

    /// Makes a batcher that feeds `engines`, of which there is at least one.
    ///
    /// - Parameters:
    ///   - engines: One for each device.
    ///   - sizes: The sizes by which images are batched: the catalogue's.
    ///   - maximumSize: Images a batch at most.
    ///   - maximumBoxes: Boxes a batch at most, of those that are known.
    ///   - linger: How long an image waits for others while an engine is idle.
    package init(
        engines: [any InferenceEngine],
        sizes: @escaping Sizes,
        maximumSize: Int,
        maximumBoxes: Int = 160,
        linger: Duration
    ) {
        self.engines = engines
        self.sizes = sizes
        self.maximumBoxes = max(1, maximumBoxes)
        let (images, boxes) = (max(1, maximumSize), self.maximumBoxes)
        let capacity = { @Sendable (group: BatchGroup) in
            switch group {
            case .images: images
            case .boxes: boxes
            }
        }
        self.state = Mutex(State(capacity: capacity, linger: linger, engineCount: engines.count))
        (self.orders, self.order) = AsyncStream.makeStream()
    }

    /// Images that wait for a batch.
    package var waitingCount: Int { state.withLock(\.waitingCount) }

    /// How long engines had something to run until now, summed over the engines.
    package var demand: Duration { state.withLock { $0.demand.time(now: .now) } }

    /// A slot for a task that has set out: while it is held, a part-filled batch may wait for the task's image.
    package func enter() -> ExpectedImage {
        state.withLock { $0.upstreamEntered() }
        return ExpectedImage(batcher: self)
    }

    /// Stops waiting for images that wait for memory of this budget: the batches that would free it would wait for them.
    package func watchWaits(for memory: Budget) {
        memory.observeWaits { [weak self] begins in
            guard let self else { return }
            if begins {
                perform(state.withLock { $0.upstreamBlocked(now: .now) })
            } else {
                state.withLock { $0.upstreamUnblocked() }
            }
        }
    }

    func leave() {
        perform(state.withLock { $0.upstreamLeft(now: .now) })
    }

    /// Waits for a batch, its inference, and returns what was found in this image.
    ///
    /// - Parameters:
    ///   - image: The image.
    ///   - pipeline: The slug of the pipeline that analyses it.
    ///   - options: What else is asked of its analysis.
    ///   - slot: The task's slot, which it leaves.
    /// - Returns: What was found, and how long it took.
    /// - Throws: `InferenceError` when this very image cannot be inferred, which touches no neighbour in its batch; ``TaskFailure`` for a
    ///   pipeline that is not served; `CancellationError` when the caller was cancelled before the batch set out, or ``run()`` meanwhile.
    package func analyse(
        _ image: AdmittedPixels,
        pipeline: String,
        options: AnalysisOptions = AnalysisOptions(),
        from slot: ExpectedImage
    ) async throws -> BatchOutcome {
        let size = try sizes(pipeline, image.buffer.height, image.buffer.width)
        let group = BatchGroup.images(BatchKey(pipeline: pipeline, size: size))
        return try await submit(image, options: options, to: group, from: slot)
    }

    /// Waits for a batch of boxes, its classification, and returns what is in these.
    ///
    /// - Parameters:
    ///   - boxes: Where something is, at least one box and at most ``maximumBoxes``, each inside the image.
    ///   - image: The image.
    ///   - pipeline: The slug of the pipeline that names what is in them.
    ///   - options: What else is asked of the analysis.
    ///   - slot: The task's slot, which it leaves.
    /// - Returns: An insect for each box, in their order, and how long it took.
    /// - Throws: As ``analyse(_:pipeline:options:from:)``.
    package func classify(
        _ boxes: [Box],
        in image: AdmittedPixels,
        pipeline: String,
        options: AnalysisOptions = AnalysisOptions(),
        from slot: ExpectedImage
    ) async throws -> BatchOutcome {
        try await submit(image, boxes: boxes, options: options, to: .boxes(pipeline: pipeline), from: slot)
    }

    private func submit(
        _ image: AdmittedPixels,
        boxes: [Box] = [],
        options: AnalysisOptions,
        to group: BatchGroup,
        from slot: ExpectedImage
    ) async throws -> BatchOutcome {
        let (id, lane) = (nextID.add(1, ordering: .relaxed).newValue, Lane.current)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let now = ContinuousClock.now
                let item = Item(
                    image: image,
                    boxes: boxes,
                    options: options,
                    since: now,
                    continuation: continuation
                )
                perform(
                    state.withLock { state in
                        // A slot that was left counts no more, and submitting takes one away.
                        if !slot.take() { state.upstreamEntered() }
                        return state.submit(
                            id,
                            item,
                            key: group,
                            lane: lane,
                            weight: max(1, boxes.count),
                            now: now
                        )
                    }
                )
                // A cancellation from before the submission found nothing to withdraw.
                if Task.isCancelled { withdraw(id) }
            }
        } onCancel: {
            withdraw(id)
        }
    }

    /// Feeds the engines until ``finish()`` was called and everything dispatched has come back.
    ///
    /// Cancellation does not end it: those who wait here are cancelled one by one, and leave by themselves. It does end the batches under
    /// way, whose images then have a `CancellationError`.
    package func run() async {
        let work = Task {
            await withDiscardingTaskGroup { group in
                var timer: Task<Void, Never>?
                for await order in orders {
                    switch order {
                    case .act(.dispatch(let engine, let key, let lane, let items)):
                        group.addTask {
                            await Lane.$current.withValue(lane) { await self.infer(items, of: key, engine: engine) }
                        }
                    case .act(.setTimer(let instant)):
                        timer = Task { await self.wait(until: instant) }
                    case .interrupt:
                        group.cancelAll()
                    }
                }
                // Nobody is left whom it could concern.
                timer?.cancel()
            }
        }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            order.yield(.interrupt)
        }
    }

    /// Lets ``run()`` return once the batches in hand are done; call when nothing will be submitted any more.
    package func finish() {
        order.finish()
    }

    private func perform(_ actions: [State.Action]) {
        for action in actions {
            order.yield(.act(action))
        }
    }

    private func withdraw(_ id: UInt64) {
        state.withLock { $0.withdraw(id, now: .now) }?.continuation.resume(throwing: CancellationError())
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

    private func infer(_ items: [Item], of group: BatchGroup, engine number: Int) async {
        let began = ContinuousClock.now
        let engine = engines[number]
        let outcomes =
            switch group {
            case .images(let key):
                await BisectingInference { try await engine.infer($0, key: key) }
                    .infer(items.map { WholeImage(image: $0.image.buffer, options: $0.options) })
            case .boxes(let pipeline):
                await BisectingInference { try await engine.classify($0, pipeline: pipeline) }
                    .infer(items.map { BoxedImage(image: $0.image.buffer, boxes: $0.boxes, options: $0.options) })
            }
        if case .images = group { batchSizes.record(items.count) }
        for (item, outcome) in zip(items, outcomes) {
            item.continuation.resume(
                with: outcome.map { insects, batch in
                    BatchOutcome(insects: insects, waited: began - item.since, batch: batch)
                }
            )
        }
        let lane = Lane.current
        perform(state.withLock { $0.engineFinished(number, lane: lane, now: .now) })
    }
}
