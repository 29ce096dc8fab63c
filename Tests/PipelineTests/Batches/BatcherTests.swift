import Concurrency
import Imaging
import Inference
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("Images in batches", .timeLimit(.minutes(5)))
struct BatcherTests {
    private let pool = PixelBufferPool(maximumIdleBytes: 0)

    @Test("The end does not wait for the linger of an image that went long ago")
    func endsAtOnce() async throws {
        let engine = WidthEngine()
        let batcher = Batcher(engines: [engine], sizes: sameSize, maximumSize: 8, linger: .seconds(3_600))
        async let running: Void = batcher.run()
        let (slot, other) = (batcher.enter(), batcher.enter())
        async let outcome = batcher.analyse(image(width: 3), pipeline: "moths", from: slot)
        // The second image might still come, so the first waits, and a timer runs; then it turns out to come no more.
        try await eventually { batcher.waitingCount > 0 }
        other.leave()
        let widths = try await outcome.insects.map(\.box.x2)
        #expect(widths == [3])
        batcher.finish()
        await running
    }

    @Test("Each image gets its own insects, and an image that spoils its batch is alone with its error")
    func bisects() async throws {
        let engine = WidthEngine(spoiledWidths: [3])
        let batcher = Batcher(engines: [engine], sizes: sameSize, maximumSize: 8, linger: .seconds(3_600))
        async let running: Void = batcher.run()
        let places = (1...8).map { _ in batcher.enter() }
        let found = try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
            for width in 1...8 {
                let image = try await image(width: width)
                group.addTask {
                    do {
                        let outcome = try await batcher.analyse(image, pipeline: "moths", from: places[width - 1])
                        return (width, outcome.insects.first?.box.x2)
                    } catch let error as InferenceError {
                        #expect(error.code == .runFailed)
                        return (width, nil)
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(found == [1: 1, 2: 2, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8])
        #expect(engine.batchSizes.first == 8 && engine.batchSizes.count == 7, "\(engine.batchSizes)")
        batcher.finish()
        await running
    }

    @Test("Cancelled, it ends the batch under way: its images are cancelled and not failed, and nothing is tried again")
    func interrupted() async throws {
        let engine = StuckEngine()
        let batcher = Batcher(engines: [engine], sizes: sameSize, maximumSize: 2, linger: .seconds(3_600))
        let running = Task { await batcher.run() }
        let places = (1...3).map { _ in batcher.enter() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for width in 1...2 {
                let image = try await image(width: width)
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await batcher.analyse(image, pipeline: "moths", from: places[width - 1])
                    }
                }
            }
            await engine.hasBegun.wait()
            running.cancel()
            try await group.waitForAll()
        }
        #expect(engine.batches == 1)
        // What comes now is not begun, and does not wait either.
        await #expect(throws: CancellationError.self) {
            try await batcher.analyse(image(width: 3), pipeline: "moths", from: places[2])
        }
        batcher.finish()
        await running.value
    }

    @Test("A model that is lost is no image's fault: nothing is tried again")
    func lostModel() async throws {
        let engine = WidthEngine(spoiledWidths: [1, 2], code: .modelLost)
        let batcher = Batcher(engines: [engine], sizes: sameSize, maximumSize: 2, linger: .seconds(3_600))
        async let running: Void = batcher.run()
        let places = (1...2).map { _ in batcher.enter() }
        await withThrowingTaskGroup(of: Void.self) { group in
            for width in 1...2 {
                group.addTask {
                    let image = try await image(width: width)
                    _ = try await batcher.analyse(image, pipeline: "moths", from: places[width - 1])
                }
            }
            for _ in 1...2 { await #expect(throws: InferenceError.self) { try await group.next() } }
        }
        batcher.finish()
        await running
        #expect(engine.batchSizes == [2])
    }

    @Test("A caller that is cancelled while its image waits leaves, and those beside it are analysed")
    func cancelled() async throws {
        let batcher = Batcher(engines: [WidthEngine()], sizes: sameSize, maximumSize: 8, linger: .seconds(3_600))
        async let running: Void = batcher.run()
        let (slot, next, last) = (batcher.enter(), batcher.enter(), batcher.enter())
        let (first, second) = (try await image(width: 1), try await image(width: 2))
        let leaving = Task { try await batcher.analyse(first, pipeline: "moths", from: slot) }
        try await eventually { batcher.waitingCount > 0 }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { _ = try await leaving.value }
        #expect(batcher.waitingCount == 0)
        async let outcome = batcher.analyse(second, pipeline: "moths", from: next)
        try await eventually { batcher.waitingCount > 0 }
        last.leave()
        let widths = try await outcome.insects.map(\.box.x2)
        #expect(widths == [2])
        batcher.finish()
        await running
    }

    @Test("A place that nobody holds any more is left, and one is left once however often that is said")
    func places() async throws {
        let batcher = Batcher(engines: [WidthEngine()], sizes: sameSize, maximumSize: 8, linger: .seconds(3_600))
        async let running: Void = batcher.run()
        let slot = batcher.enter()
        var forgotten: ExpectedImage? = batcher.enter()
        let said = batcher.enter()
        async let outcome = batcher.analyse(image(width: 1), pipeline: "moths", from: slot)
        try await eventually { batcher.waitingCount == 1 }
        for _ in 1...3 { said.leave() }
        slot.leave()
        #expect(batcher.waitingCount == 1, "one image may still come")
        withExtendedLifetime(forgotten) {}
        forgotten = nil
        let widths = try await outcome.insects.map(\.box.x2)
        #expect(widths == [1])
        batcher.finish()
        await running
    }

    @Test("A batch does not wait for images that wait for the memory it holds")
    func memory() async throws {
        let memory = Budget(limit: 1)
        let batcher = Batcher(engines: [WidthEngine()], sizes: sameSize, maximumSize: 8, linger: .seconds(3_600))
        batcher.watchWaits(for: memory)
        async let running: Void = batcher.run()
        let (slot, next) = (batcher.enter(), batcher.enter())
        let held = try await memory.reserve(1)
        let other = Task { try await memory.reserve(1) }
        async let outcome = batcher.analyse(image(width: 1), pipeline: "moths", from: slot)
        let widths = try await outcome.insects.map(\.box.x2)
        #expect(widths == [1])
        held.release()
        _ = try await other.value
        // It waits no more, so that its image counts again.
        let last = batcher.enter()
        async let second = batcher.analyse(image(width: 2), pipeline: "moths", from: next)
        try await eventually { batcher.waitingCount == 1 }
        last.leave()
        #expect(try await second.insects.map(\.box.x2) == [2])
        batcher.finish()
        await running
    }

    @Test("Boxes that are known fill batches of their own, of images of any size, and no detector is asked")
    func boxes() async throws {
        let engine = WidthEngine()
        let batcher = Batcher(
            engines: [engine],
            sizes: sameSize,
            maximumSize: 8,
            maximumBoxes: 5,
            linger: .seconds(3_600)
        )
        let running = Task { await batcher.run() }
        // Held by an image that never comes: nothing but a full batch may go.
        let missing = batcher.enter()
        let places = (0..<3).map { _ in batcher.enter() }
        let found = try await withThrowingTaskGroup(of: (Int, [Int]).self) { group in
            for (number, count) in [2, 3].enumerated() {
                let image = try await image(width: 10 + number)
                let boxes = (0..<count).map { Box(x1: 0, y1: 0, x2: $0 + 1, y2: 1) }
                group.addTask {
                    let outcome = try await batcher.classify(boxes, in: image, pipeline: "p", from: places[number])
                    return (number, outcome.insects.map(\.box.x2))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(found == [0: [1, 2], 1: [1, 2, 3]])
        #expect(engine.boxBatches.map { $0.sorted() } == [[2, 3]])
        #expect(engine.batchSizes == [])
        missing.leave()
        places[2].leave()
        batcher.finish()
        await running.value
    }

    @Test("Each image is asked what was asked for it, also where its batch is taken apart")
    func options() async throws {
        let engine = WidthEngine(spoiledWidths: [13])
        let batcher = Batcher(engines: [engine], sizes: sameSize, maximumSize: 4, linger: .seconds(3_600))
        let running = Task { await batcher.run() }
        let places = (0..<4).map { _ in batcher.enter() }
        let found = try await withThrowingTaskGroup(of: (Int, [Float]?).self) { group in
            for (number, width) in (10..<14).enumerated() {
                let image = try await image(width: width)
                let options = AnalysisOptions(features: !width.isMultiple(of: 2))
                group.addTask {
                    let outcome = try? await batcher.analyse(
                        image,
                        pipeline: "p",
                        options: options,
                        from: places[number]
                    )
                    return (width, outcome?.insects[0].classifications[0].features)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(found == [10: [], 11: [11], 12: []])
        #expect(engine.batchSizes == [4, 2, 2, 1, 1])
        batcher.finish()
        await running.value
    }

    @Test("Boxes of an image that spoils their batch fail alone")
    func spoiledBoxes() async throws {
        let engine = WidthEngine(spoiledWidths: [11])
        let batcher = Batcher(
            engines: [engine],
            sizes: sameSize,
            maximumSize: 8,
            maximumBoxes: 2,
            linger: .seconds(3_600)
        )
        let running = Task { await batcher.run() }
        let box = [Box(x1: 0, y1: 0, x2: 1, y2: 1)]
        let places = [batcher.enter(), batcher.enter()]
        let (good, bad) = (try await image(width: 10), try await image(width: 11))
        async let fine = batcher.classify(box, in: good, pipeline: "p", from: places[0])
        async let spoiled = batcher.classify(box, in: bad, pipeline: "p", from: places[1])
        #expect(try await fine.insects.count == 1)
        let failure: (any Error)?
        do {
            _ = try await spoiled
            failure = nil
        } catch {
            failure = error
        }
        #expect(failure is InferenceError)
        batcher.finish()
        await running.value
    }

    @Test("An image that somebody waits for goes alone and in its lane while others wait for theirs")
    func interactive() async throws {
        let engine = WidthEngine()
        let batcher = Batcher(engines: [engine], sizes: sameSize, maximumSize: 8, linger: .seconds(3_600))
        async let running: Void = batcher.run()
        let (slot, other, urgent) = (batcher.enter(), batcher.enter(), batcher.enter())
        async let waiting = batcher.analyse(image(width: 1), pipeline: "moths", from: slot)
        try await eventually { batcher.waitingCount == 1 }
        let outcome = try await Lane.$current.withValue(.interactive) {
            try await batcher.analyse(image(width: 2), pipeline: "moths", from: urgent)
        }
        #expect(outcome.batch.images == 1 && batcher.waitingCount == 1)
        #expect(engine.lanes == [.interactive])
        other.leave()
        #expect(try await waiting.insects.map(\.box.x2) == [1])
        #expect(engine.lanes == [.interactive, .batch])
        batcher.finish()
        await running
    }

    private func image(width: Int) async throws -> AdmittedPixels {
        try await testImage(height: 2, width: width, seed: 0, pool: pool, budget: Budget(limit: .max))
    }
}

/// All images are of one batch.
private let sameSize: Batcher.Sizes = { _, _, _ in
    let size = PixelSize(height: 32, width: 32)
    return LocalizationSize(image: size, padded: size)
}

/// Is never done with a batch, unless it is cancelled.
private final class StuckEngine: InferenceEngine {
    let hasBegun = OneShot()
    private let begun = Atomic(0)

    /// Batches that it was given.
    var batches: Int { begun.load(ordering: .relaxed) }

    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        begun.add(1, ordering: .relaxed)
        hasBegun.fire()
        await OneShot().wait()
        throw CancellationError()
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        throw CancellationError()
    }
}

/// Finds one insect as wide as the image, which is its only feature as well, and fails for batches that hold an image of certain widths.
private final class WidthEngine: InferenceEngine {
    private let spoiledWidths: Set<Int>
    private let code: InferenceError.Code
    private let sizes = Mutex<[Int]>([])
    private let boxes = Mutex<[[Int]]>([])
    private let seenLanes = Mutex<[Lane]>([])

    init(spoiledWidths: Set<Int> = [], code: InferenceError.Code = .runFailed) {
        self.spoiledWidths = spoiledWidths
        self.code = code
    }

    /// The lane of each batch of images it was given.
    var lanes: [Lane] { seenLanes.withLock(\.self) }
    /// Images of each batch it was given.
    var batchSizes: [Int] { sizes.withLock(\.self) }
    /// Boxes of each image of each batch of boxes it was given.
    var boxBatches: [[Int]] { boxes.withLock(\.self) }

    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        sizes.withLock { $0.append(images.count) }
        seenLanes.withLock { $0.append(Lane.current) }
        if images.contains(where: { spoiledWidths.contains($0.image.width) }) {
            throw InferenceError(code, operation: "detect", message: "spoiled")
        }
        let insects = images.map { image in
            let box = Box(x1: 0, y1: 0, x2: image.image.width, y2: image.image.height)
            let word = Classification(
                algorithm: PipelineManifest.Algorithm(name: "a", key: "a", version: 1, file: ""),
                isTerminal: true,
                labelIndex: 0,
                label: "a",
                scores: [1],
                logits: [0],
                features: image.options.features ? [Float(image.image.width)] : []
            )
            return [DetectedInsect(detection: Detection(box: box, score: 1), classifications: [word])]
        }
        return PipelineAnalysis(insects: insects, times: PipelineTimes())
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        boxes.withLock { $0.append(images.map(\.boxes.count)) }
        if images.contains(where: { spoiledWidths.contains($0.image.width) }) {
            throw InferenceError(code, operation: "classify", message: "spoiled")
        }
        return .unnamed(images)
    }
}
