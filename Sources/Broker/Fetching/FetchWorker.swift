package import Concurrency
package import Logging
package import Pipeline
import ServiceLifecycle
import Telemetry

/// The fetch role: takes tasks, puts their pixels into the cache, and passes the tasks on to the ready queue.
///
/// A task whose image cannot be had is answered with its error right here. While the ready queue is full its tasks wait; when the
/// cache is full or away those in hand wait, once an outage and for a while, and then go on without pixels: the worker that infers fetches
/// the image itself. They do not wait for a cache that an operator has to mend first.
package struct FetchWorker: Service {
    private let source: AMQPTaskSource
    private let gauge: ReadyQueueGauge
    private let images: PixelProvider
    private let cache: any TensorCache
    private let cachePatience: CacheOutageWait
    private let window: WorkWindow
    private let clock: WaitClock
    private let statistics: FetchStatistics
    private let observers: [any TaskObserver]
    private let failures: TaskFailureLog
    private let logger: Logger

    /// Puts a fetch worker together.
    ///
    /// - Parameters:
    ///   - source: The task queues; asks the gauge whether it is open.
    ///   - gauge: Watches the ready queues.
    ///   - images: Fetches and decodes; it has no cache of its own.
    ///   - cache: Where the pixels go.
    ///   - tasksInHand: Tasks taken and not passed on, at most; interactive ones have places beside them.
    ///   - cachePatience: How long an outage of the cache holds up the pixels that meet it. Default: 30 s.
    ///   - clock: What is waited by.
    ///   - statistics: Where outcomes are counted.
    ///   - observers: Shown what becomes of every task.
    ///   - logger: Gets one debug line a failed task, and warnings.
    package init(
        source: AMQPTaskSource,
        gauge: ReadyQueueGauge,
        images: PixelProvider,
        cache: any TensorCache,
        tasksInHand: Int,
        cachePatience: Duration = .seconds(30),
        clock: WaitClock = WaitClock(),
        statistics: FetchStatistics = FetchStatistics(),
        observers: [any TaskObserver] = [],
        logger: Logger
    ) {
        self.source = source
        self.gauge = gauge
        self.images = images
        self.cache = cache
        self.cachePatience = CacheOutageWait(cachePatience)
        self.window = WorkWindow(limit: tasksInHand)
        self.clock = clock
        self.statistics = statistics
        self.observers = observers
        self.failures = TaskFailureLog(logger, clock: clock)
        self.logger = logger
    }

    /// Works until drained by a graceful shutdown and every task in hand is settled.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { services in
                services.addTask { await gauge.run() }
                services.addTask { await source.run() }
                services.addTask { await takeTasks() }
                // The gauge never ends by itself: the source and the tasks do.
                await services.next()
                await services.next()
                services.cancelAll()
            }
        } onGracefulShutdown: {
            source.drain()
        }
    }

    private func takeTasks() async {
        await window.forEach { lane in
            await source.nextDelivery(in: lane)
        } perform: { delivery in
            await process(delivery)
        }
    }

    private func process(_ delivery: AMQPTaskDelivery) async {
        await images.statistics.tracer.trace(delivery.message.task) { await pass(delivery) }
    }

    /// Passes a task on, or answers it, or gives it back; nil when its queue could not be told.
    private func pass(_ delivery: AMQPTaskDelivery) async -> TaskOutcome? {
        let task = delivery.message.task
        for observer in observers { observer.taken(task) }
        let ending: AMQPTaskDelivery.Ending
        let (counter, outcome): (Tally?, TaskOutcome)
        do {
            // Another worker does it, or this one when it comes again.
            if delivery.isGone { throw CancellationError() }
            counter = try await prepare(task) ? statistics.prepared : statistics.passedWithoutPixels
            outcome = .passedOn
            let ready = delivery.queue.ready
            ending = .passedOn(to: ready) { [gauge] in gauge.passed(to: ready) }
        } catch is CancellationError {
            (counter, outcome) = (nil, .givenBack)
            ending = .givenBack(reason: "the worker is stopping")
        } catch let failure as TaskFailure where failure.isRetriable {
            (counter, outcome) = (nil, .givenBack)
            ending = .givenBack(reason: failure.message)
        } catch {
            failures.note(task, error)
            (counter, outcome) = (statistics.failed, .failed)
            ending = .answered(.error("\(error)", for: task))
        }
        do {
            // Not cut off by a cancellation: the pixels are there.
            try await Task { try await delivery.settle(ending) }.value
            counter?.add()
            for observer in observers { observer.settled(task, outcome) }
            return outcome
        } catch {
            logger.warning(
                "Task not settled; its queue will deliver it again",
                metadata: [LogKey.taskID: "\(task.id)", LogKey.error: "\(error)"]
            )
            return nil
        }
    }

    /// Sees to it that the pixels are in the cache.
    ///
    /// Those of crops never are: the worker that infers fetches them, a few at a time, and has no use for the image.
    ///
    /// - Returns: `false` when the cache would not have them, or nobody wants them.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    private func prepare(_ task: ImageTask) async throws -> Bool {
        if let refusal = task.refusal { throw TaskFailure(stage: .fetch, message: refusal) }
        if task.detections?.haveCrops == true { return false }
        let key = TensorKey(url: task.imageURL)
        if await cache.keeps(key) { return true }
        let pixels = try await images.pixels(of: task)
        pixels.logDamage(task, logger)
        while await !cache.store(pixels, for: key) {
            let (trouble, now) = (cache.trouble, clock.now)
            guard !source.isDraining, cachePatience.isLeft(after: trouble, at: now) else { return false }
            statistics.waitedForCache()
            try await clock.sleep(for: .seconds(1))
        }
        cachePatience.succeeded()
        return true
    }
}
