import Concurrency
import Imaging
import InMemoryTracing
import Inference
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import TestSupport
import Testing
import Tracing

@testable import Pipeline

@Suite("The worker, with a source that does as the test says", .timeLimit(.minutes(5)))
struct WorkerTests {
    @Test("An image is answered with its insects, and one that cannot be had with its error")
    func answers() async throws {
        let source = ScriptedSource(images: ["good", "missing", "good"])
        let subject = try WorkerFixture(source)
        try await subject.worker.run()
        let answers = source.settlements.map { "\($0.task.id) \($0.summary)" }.sorted()
        #expect(answers == ["0 result", "1 error", "2 result"])
        #expect(source.settlements.first { $0.task.id == "1" }?.text.contains("no such image") == true)
        #expect(subject.statistics.succeeded.value == 2)
    }

    @Test("A result tells what the worker is told to tell, and no more is asked of the engine")
    func contents() async throws {
        for (contents, told, left) in [
            (ResultContents(), #""logits":[2.0]"#, #""features""#),
            (ResultContents(logits: false, features: true), #""logits":[],"features":[0.5]"#, "2.0]"),
        ] {
            let source = ScriptedSource(images: ["good"])
            try await WorkerFixture(source, contents: contents).worker.run()
            let text = try #require(source.settlements.first?.text)
            #expect(text.contains(told) && !text.contains(left), "\(text)")
        }
    }

    @Test("What may go well another time is given back")
    func givenBack() async throws {
        let source = ScriptedSource(images: ["busy", "good"])
        try await WorkerFixture(source).worker.run()
        #expect(source.settlements.first { $0.task.id == "0" }?.summary == "retry: the host is busy")
        #expect(source.settlements.first { $0.task.id == "1" }?.summary == "result")
    }

    @Test("A task that its source has taken back is not begun")
    func gone() async throws {
        let source = ScriptedSource(images: ["good"], isGone: true)
        let subject = try WorkerFixture(source)
        try await subject.worker.run()
        #expect(source.settlements.map(\.summary) == ["retry: its source has taken it back"])
        #expect(subject.fetcher.fetched.isEmpty)
    }

    @Test("A settlement that fails is counted and said, and the next task is settled all the same")
    func unsettled() async throws {
        let source = ScriptedSource(images: ["good", "good"], failing: ["0"])
        let log = CapturedLog()
        let subject = try WorkerFixture(source, logger: log.logger)
        try await subject.worker.run()
        #expect(source.settlements.map(\.task.id) == ["1"])
        #expect(log.warnings.count { $0.contains("Task not settled") && $0.contains("no disk") } == 1)
        #expect(subject.statistics.unsettled.value == 1 && subject.statistics.succeeded.value == 1)
    }

    @Test("No more tasks are taken than fit in hand")
    func window() async throws {
        let source = ScriptedSource(images: Array(repeating: "held", count: 9))
        let subject = try WorkerFixture(source, tasksInHand: 3)
        async let running: Void = subject.worker.run()
        try await eventually { subject.fetcher.fetched.count == 3 }
        #expect(source.taken == 3)
        subject.fetcher.release.fire()
        try await running
        #expect(source.settlements.count == 9)
    }

    @Test("A batch does not wait for a task that has failed, however long its answer takes to be published")
    func noWaitForFailed() async throws {
        // The linger is an hour: were the failed task counted on, the good image would wait for it.
        let source = ScriptedSource(images: ["missing", "good"], hanging: ["0"])
        let subject = try WorkerFixture(source, linger: .seconds(3_600))
        async let running: Void = subject.worker.run()
        try await eventually { source.settlements.map(\.task.id) == ["1"] }
        source.hang.fire()
        try await running
        #expect(source.settlements.map(\.task.id) == ["1", "0"])
    }

    @Test("Cancelled, it gives back what has no result yet, and takes no more")
    func cancelled() async throws {
        let source = ScriptedSource(images: Array(repeating: "held", count: 5))
        let subject = try WorkerFixture(source, tasksInHand: 2)
        let running = Task { try await subject.worker.run() }
        try await eventually { subject.fetcher.fetched.count == 2 }
        running.cancel()
        try? await running.value
        #expect(source.taken == 2)
        #expect(source.settlements.map(\.summary) == Array(repeating: "retry: the worker is stopping", count: 2))
    }

    @Test("Cancelled while a batch is with the engine, it gives that back as well, and answers nothing with an error")
    func cancelledInRun() async throws {
        let source = ScriptedSource(images: ["good", "good"])
        let engine = Unfinished()
        let subject = try WorkerFixture(source, engine: engine)
        let running = Task { try await subject.worker.run() }
        await engine.hasBegun.wait()
        running.cancel()
        try? await running.value
        #expect(source.settlements.map(\.summary) == Array(repeating: "retry: the worker is stopping", count: 2))
        #expect(subject.statistics.failed.value == 0 && subject.statistics.givenBack.value == 2)
    }

    @Test("A graceful shutdown drains the source, and what is in hand is finished")
    func shutdown() async throws {
        let source = ScriptedSource(images: Array(repeating: "held", count: 5))
        let subject = try WorkerFixture(source, tasksInHand: 2)
        let group = ServiceGroup(services: [subject.worker], logger: quiet)
        async let running: Void = group.run()
        try await eventually { subject.fetcher.fetched.count == 2 }
        await group.triggerGracefulShutdown()
        try await eventually { source.isDrained }
        subject.fetcher.release.fire()
        try await running
        #expect(source.settlements.map(\.summary) == ["result", "result"])
    }

    @Test("Observers are shown every task when it is taken, when its insects are found and when it is settled, and how")
    func observed() async throws {
        let observer = WritingObserver()
        let source = ScriptedSource(images: ["good", "missing", "busy"], failing: ["0"])
        try await WorkerFixture(source, observers: [observer], tasksInHand: 1).worker.run()
        // The first one's result is there, and its source cannot be told.
        #expect(observer.events.prefix(2) == ["0 taken", "0 analysed: 1"])
        #expect(observer.events.dropFirst(2) == ["1 taken", "1 failed", "2 taken", "2 givenBack"])
    }

    @Test("A backend of tracing sees each task below what its traceparent names, with a span for every stage below it")
    func traces() async throws {
        let tracer = TraceContextTracer()
        let source = ScriptedSource(images: ["good", "missing"])
        try await WorkerFixture(source, tracer: tracer).worker.run()
        let spans = tracer.finishedSpans
        let tasks = spans.filter { $0.operationName == "task" }
        #expect(Set(tasks.map(\.spanContext.parentSpanID)) == ["b7ad6b7169203310", "b7ad6b7169203311"])
        #expect(Set(spans.map(\.spanContext.traceID)) == ["0af7651916cd43dd8448eb211c80319c"])
        let good = try #require(tasks.first { $0.spanContext.parentSpanID == "b7ad6b7169203310" })
        let bad = try #require(tasks.first { $0.spanContext.parentSpanID == "b7ad6b7169203311" })
        let stages = { (task: FinishedInMemorySpan) in
            Set(spans.filter { $0.spanContext.parentSpanID == task.spanContext.spanID }.map(\.operationName))
        }
        #expect(stages(good) == Set(Stage.allCases.map(\.name)))
        #expect(stages(bad) == ["queue", "fetch", "publish"])
        #expect(good.status == nil && bad.status?.code == .error)
        let fetch = spans.filter {
            $0.operationName == "fetch" && $0.spanContext.parentSpanID == bad.spanContext.spanID
        }
        #expect(fetch.first?.errors.first?.error is TaskFailure)
        #expect(
            spans.allSatisfy { $0.startInstant.nanosecondsSinceEpoch <= $0.endInstant.nanosecondsSinceEpoch }
                && tracer.base.activeSpans.isEmpty
        )
    }

    @Test("What the source cannot go on after ends the worker with that error")
    func sourceFails() async throws {
        let source = ScriptedSource(images: [], failure: ScriptedSource.Failure())
        await #expect(throws: ScriptedSource.Failure.self) { try await WorkerFixture(source).worker.run() }
    }
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A worker with everything but its source: images by name, and an engine that finds one insect in each.
private struct WorkerFixture {
    let worker: Worker
    let fetcher = NamedImages()
    let statistics: WorkerStatistics

    init(
        _ source: ScriptedSource,
        contents: ResultContents = ResultContents(),
        observers: [any TaskObserver] = [],
        tracer: any Tracer = NoOpTracer(),
        tasksInHand: Int = 8,
        linger: Duration = .milliseconds(5),
        engine: any InferenceEngine = OneInsect(),
        logger: Logger = quiet
    ) throws {
        let catalogue = PipelineCatalogue([try PipelineManifest(directory: "\(PackagePaths.models)/demo")])
        let memory = Budget(limit: 1 << 20)
        statistics = WorkerStatistics(images: ImageStatistics(tracer: tracer))
        let batcher = Batcher(
            engines: [engine],
            sizes: catalogue.localizationSize,
            maximumSize: 8,
            linger: linger
        )
        batcher.watchWaits(for: memory)
        worker = Worker(
            source: source,
            images: PixelProvider(
                cache: nil,
                fetcher: fetcher,
                decoding: ImageDecodingStage(
                    decoder: ImageDecoder(),
                    buffers: PixelBufferPool(maximumIdleBytes: 0),
                    threads: BlockingPool(name: "decode", threadCount: 1),
                    budget: memory
                ),
                imagesReadAhead: 8,
                statistics: statistics.images
            ),
            batcher: batcher,
            encoder: ResultEncoder(manifests: catalogue.manifests),
            contents: contents,
            tasksInHand: tasksInHand,
            statistics: statistics,
            observers: observers,
            logger: logger
        )
    }
}

/// Hands out a task for each name of an image, and writes down how each ends.
private final class ScriptedSource: TaskSource {
    struct Failure: Error {}

    struct Ended: Sendable {
        let task: ImageTask
        let summary: String
        let text: String
    }

    private struct NoDisk: Error, CustomStringConvertible {
        let description = "no disk"
    }

    private struct Settler: LeaseSettling {
        let source: ScriptedSource

        var isGone: Bool { source.isGone }

        func settle(_ task: ImageTask, _ settlement: Settlement) async throws {
            if source.failing.contains(task.id) { throw NoDisk() }
            if source.hanging.contains(task.id) { await source.hang.wait() }
            source.note(task, settlement)
        }
    }

    let hang = OneShot()
    private let images: [String]
    private let failing: Set<String>
    private let hanging: Set<String>
    private let isGone: Bool
    private let failure: Failure?
    private let state = Mutex((taken: 0, isDrained: false, ended: [Ended]()))

    init(
        images: [String],
        failing: Set<String> = [],
        hanging: Set<String> = [],
        isGone: Bool = false,
        failure: Failure? = nil
    ) {
        self.images = images
        self.failing = failing
        self.hanging = hanging
        self.isGone = isGone
        self.failure = failure
    }

    var taken: Int { state.withLock(\.taken) }
    var isDrained: Bool { state.withLock(\.isDrained) }
    var settlements: [Ended] { state.withLock(\.ended) }

    func run() async throws {
        if let failure { throw failure }
    }

    func next(in lane: Lane?) async -> Lease? {
        guard lane != .interactive else { return nil }
        let number = state.withLock { state -> Int? in
            guard !state.isDrained, state.taken < images.count else { return nil }
            defer { state.taken += 1 }
            return state.taken
        }
        guard let number, !Task.isCancelled else { return nil }
        let task = ImageTask(
            id: "\(number)",
            imageID: "\(number)",
            imageURL: images[number],
            replySubject: "answers",
            pipeline: "demo",
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920331\(number)-01"
        )
        return Lease(task: task, takenAt: .now, deadline: nil, settler: Settler(source: self), logger: quiet)
    }

    func drain() {
        state.withLock { $0.isDrained = true }
    }

    private func note(_ task: ImageTask, _ settlement: Settlement) {
        let ended =
            switch settlement {
            case .completed(let result):
                Ended(
                    task: task,
                    summary: result.isError ? "error" : "result",
                    text: String(decoding: result.json, as: UTF8.self)
                )
            case .retry(let reason):
                Ended(task: task, summary: "retry: \(reason)", text: "")
            }
        state.withLock { $0.ended.append(ended) }
    }
}

/// Images by name: `good` is one, `held` is one that comes when it is released, and the others fail.
private final class NamedImages: ImageFetching {
    let release = OneShot()
    private let names = Mutex<[String]>([])

    var fetched: [String] { names.withLock(\.self) }

    func fetch(_ url: String) async throws -> [UInt8] {
        names.withLock { $0.append(url) }
        switch url {
        case "held":
            await release.wait()
            try Task.checkCancellation()
        case "missing":
            throw TaskFailure(stage: .fetch, message: "no such image")
        case "busy":
            throw TaskFailure(stage: .fetch, message: "the host is busy", isRetriable: true)
        default:
            break
        }
        let pixels = [UInt8](repeating: 90, count: 64 * 48 * 3)
        return try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: 48, width: 64) }
    }
}

/// Writes down what it is shown.
private final class WritingObserver: TaskObserver {
    private let written = Mutex<[String]>([])

    var events: [String] { written.withLock(\.self) }

    func taken(_ task: ImageTask) { write("\(task.id) taken") }
    func analysed(_ image: AnalysedImage) { write("\(image.task.id) analysed: \(image.insects.count)") }
    func settled(_ task: ImageTask, _ outcome: TaskOutcome) { write("\(task.id) \(outcome)") }

    private func write(_ event: String) {
        written.withLock { $0.append(event) }
    }
}

/// Is never done, unless it is cancelled.
private struct Unfinished: InferenceEngine {
    let hasBegun = OneShot()

    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        hasBegun.fire()
        await OneShot().wait()
        throw CancellationError()
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis { .unnamed(images) }
}

/// Finds one insect in each image.
private struct OneInsect: InferenceEngine {
    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        let insects = images.map { image in
            let word = Classification(
                algorithm: PipelineManifest.Algorithm(name: "a", key: "a", version: 1, file: ""),
                isTerminal: true,
                labelIndex: 0,
                label: "a",
                scores: [1],
                logits: [2],
                features: image.options.features ? [0.5] : []
            )
            let detection = Detection(box: Box(x1: 0, y1: 0, x2: 4, y2: 4), score: 1)
            return [DetectedInsect(detection: detection, classifications: [word])]
        }
        return PipelineAnalysis(insects: insects, times: PipelineTimes())
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis { .unnamed(images) }
}
