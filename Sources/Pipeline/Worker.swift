import Concurrency
import Inference
package import Logging
import ServiceLifecycle
import Telemetry

/// Takes tasks from a source and sees each through: fetch, decode, batch, infer, publish, acknowledge.
///
/// Every task is one Swift task that walks the stages in order; what bounds memory and concurrency are the budgets it passes:
/// the window of tasks in hand, the slots between fetching and decoding, and the bytes of pixels.
package struct Worker: Service {
    private let source: any TaskSource
    private let images: PixelProvider
    private let batcher: Batcher
    private let encoder: ResultEncoder
    private let contents: ResultContents
    private let window: WorkWindow
    private let statistics: WorkerStatistics
    private let unknownKeys: UnknownKeys
    private let observers: [any TaskObserver]
    private let failures: TaskFailureLog
    private let logger: Logger

    /// Puts a worker together.
    ///
    /// - Parameters:
    ///   - source: Where tasks come from and results go.
    ///   - images: Gets the images' pixels.
    ///   - batcher: Batches them for the engines.
    ///   - encoder: Writes the results.
    ///   - contents: What results tell.
    ///   - tasksInHand: Tasks taken from the source and not yet settled, at most; interactive ones have places beside them.
    ///   - statistics: Where outcomes and durations are counted.
    ///   - observers: Shown what becomes of every task.
    ///   - failures: Told of tasks that are answered with an error. Default: one that writes into the log.
    ///   - logger: Gets one debug line a task, and warnings.
    package init(
        source: any TaskSource,
        images: PixelProvider,
        batcher: Batcher,
        encoder: ResultEncoder,
        contents: ResultContents = ResultContents(),
        tasksInHand: Int,
        statistics: WorkerStatistics,
        observers: [any TaskObserver] = [],
        failures: TaskFailureLog? = nil,
        logger: Logger
    ) {
        self.source = source
        self.images = images
        self.batcher = batcher
        self.encoder = encoder
        self.contents = contents
        self.window = WorkWindow(limit: tasksInHand)
        self.statistics = statistics
        self.unknownKeys = UnknownKeys(logger: logger)
        self.observers = observers
        self.failures = failures ?? TaskFailureLog(logger)
        self.logger = logger
    }

    /// The most tasks that are taken in hand.
    package var tasksInHandLimit: Int { window.limit }

    /// Works until the source has ended and every task in hand is settled.
    ///
    /// A graceful shutdown drains the source first; cancellation gives back what has not been inferred.
    ///
    /// - Throws: What the source throws when it cannot go on.
    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { services in
                services.addTask { await batcher.run() }
                services.addTask { try await source.run() }
                services.addTask {
                    await takeTasks()
                    batcher.finish()
                }
                try await services.waitForAll()
            }
        } onGracefulShutdown: {
            source.drain()
        }
    }

    private func takeTasks() async {
        await window.forEach { lane in
            await source.next(in: lane).map { (lease: $0, slot: batcher.enter()) }
        } perform: { lease, slot in
            await process(lease, slot)
        }
    }

    private func process(_ lease: Lease, _ slot: ExpectedImage) async {
        await statistics.images.tracer.trace(lease.task) {
            statistics.images.record(.now - lease.takenAt, in: .queue)
            for observer in observers { observer.taken(lease.task) }
            return await settle(lease, await judge(lease, slot))
        }
    }

    /// Judges a task: how it is settled.
    private func judge(_ lease: Lease, _ slot: ExpectedImage) async -> Settlement {
        let task = lease.task
        do {
            return .completed(try await analyse(lease, slot))
        } catch is LeaseRevoked {
            return .retry(reason: "its source has taken it back")
        } catch is CancellationError {
            return .retry(reason: "the worker is stopping")
        } catch let failure as TaskFailure where failure.isRetriable {
            logger.warning("Task given back", metadata: metadata(of: task, error: failure))
            return .retry(reason: failure.message)
        } catch {
            failures.note(task, error)
            return .completed(encoder.encodeFailure("\(error)", of: task))
        }
    }

    /// Settles a task; nil when its source could not be told.
    private func settle(_ lease: Lease, _ settlement: Settlement) async -> TaskOutcome? {
        let task = lease.task
        do {
            // Not cut off by a cancellation: the result is there, and goes out or into the spool.
            try await statistics.images.time(.publish) {
                try await statistics.progress.settlement.pass {
                    try await Task { try await lease.settle(settlement) }.value
                }
            }
            let outcome = TaskOutcome(settlement)
            statistics.count(outcome)
            if task.lane == .interactive { statistics.settledInteractive(after: .now - lease.takenAt) }
            for observer in observers { observer.settled(task, outcome) }
            return outcome
        } catch {
            statistics.unsettled.add()
            logger.warning(
                "Task not settled; its source will deliver it again",
                metadata: metadata(of: task, error: error)
            )
            return nil
        }
    }

    /// Takes a task through the stages; before each that costs much it is asked whether the task is still ours.
    private func analyse(_ lease: Lease, _ slot: ExpectedImage) async throws -> EncodedResult {
        // The result that says why an image never came may wait long to be published.
        defer { slot.leave() }
        if lease.isGone { throw LeaseRevoked() }
        do {
            if let refusal = lease.task.refusal { throw TaskFailure(stage: .detect, message: refusal) }
            unknownKeys.note(lease.task)
            return if case .boxes(let detections)? = lease.task.detections {
                try await name(detections, lease, slot)
            } else {
                try await detect(lease, slot)
            }
        } catch let error as InferenceError {
            throw TaskFailure(
                stage: .detect,
                message: "The image could not be analysed: \(error.message)",
                isRetriable: error.isRetriable
            )
        }
    }

    /// Finds the insects and names them.
    private func detect(_ lease: Lease, _ slot: ExpectedImage) async throws -> EncodedResult {
        let task = lease.task
        let contents = contents.asked(by: task)
        let image = try await images.pixels(of: task)
        if lease.isGone { throw LeaseRevoked() }
        image.logDamage(task, logger)
        let outcome = try await statistics.progress.inference.pass {
            try await batcher.analyse(image, pipeline: task.pipeline, options: contents.options, from: slot)
        }
        statistics.record(outcome)
        let analysed = AnalysedImage(task: task, image: image, insects: outcome.insects)
        for observer in observers { observer.analysed(analysed) }
        return await statistics.images.time(.encode) {
            encoder.encode(outcome.insects, of: task, telling: contents, duration: .now - lease.takenAt)
        }
    }

    /// Names what others have found.
    private func name(
        _ detections: [GivenDetection],
        _ lease: Lease,
        _ slot: ExpectedImage
    ) async throws -> EncodedResult {
        let task = lease.task
        let contents = contents.asked(by: task)
        let naming = DetectionNaming(
            images: images,
            batcher: batcher,
            statistics: statistics,
            options: contents.options
        )
        let outcome = try await naming.name(detections, of: lease, from: slot)
        if let image = outcome.image {
            image.logDamage(task, logger)
            let insects = outcome.detections.compactMap { try? $0.verdict.get() }
            let analysed = AnalysedImage(task: task, image: image, insects: insects)
            for observer in observers { observer.analysed(analysed) }
        }
        return await statistics.images.time(.encode) {
            encoder.encode(
                named: outcome.detections,
                of: task,
                telling: contents,
                duration: .now - lease.takenAt
            )
        }
    }

    private func metadata(of task: ImageTask, error: any Error) -> Logger.Metadata {
        [
            LogKey.taskID: "\(task.id)", LogKey.jobID: "\(task.jobID.map(String.init) ?? "")",
            LogKey.pipeline: "\(task.pipeline)",
            LogKey.error: error is CancellationError ? "the worker is stopping" : "\(error)",
        ]
    }
}

extension TaskOutcome {
    fileprivate init(_ settlement: Settlement) {
        self =
            switch settlement {
            case .completed(let result): result.isError ? .failed : .succeeded
            case .retry: .givenBack
            }
    }
}
