import Concurrency
import Imaging
import Inference
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Pipeline

@Suite("Naming what others have detected", .timeLimit(.minutes(5)))
struct DetectionNamingTests {
    @Test("The image is fetched once, its boxes come back in their order, and a wrong one costs itself alone")
    func inTheImage() async throws {
        let fixture = NamingFixture(maximumBoxes: 2)
        let given = [
            detection(0, 0, 10, 10), detection(5.5, 5.5, 20.9, 20), detection(64, 0, 70, 10), detection(9, 9, 9, 20),
            GivenDetection(box: nil, algorithm: blob), detection(0, 0, 10, 10), detection(-4, -4, 99, 99),
        ]
        let outcome = try await fixture.name(given)
        #expect(outcome.image != nil)
        #expect(fixture.fetched == ["image"])
        #expect(outcome.detections.map(\.given) == given)
        #expect(
            outcome.detections.map(summary) == [
                "0 0 10 10", "5 5 20 20", "lies outside the image, which is 64 × 48 pixels",
                "has a box without an inside", "has no box of four finite numbers", "0 0 10 10", "0 0 64 48",
            ]
        )
        #expect(fixture.engine.boxCounts.allSatisfy { $0 <= 2 } && fixture.engine.boxCounts.reduce(0, +) == 4)
        #expect(
            NamedDetection.errors(of: outcome.detections) == [
                "detections[2] lies outside the image, which is 64 × 48 pixels",
                "detections[3] has a box without an inside", "detections[4] has no box of four finite numbers",
            ]
        )
    }

    @Test("Where each box has a crop, those are fetched and the image is not; one that is missing costs its box alone")
    func crops() async throws {
        let fixture = NamingFixture()
        let given = (0..<100).map { detection(0, 0, 10, 10, crop: $0 == 40 ? "missing" : "crop \($0)") }
        let outcome = try await fixture.name(given)
        #expect(outcome.image == nil)
        #expect(Set(fixture.fetched) == Set(given.compactMap(\.cropURL)) && fixture.fetched.count == 100)
        #expect(fixture.mostAtOnce <= 8, "no more than the images read ahead")
        #expect(outcome.detections.map(\.given) == given)
        for (index, named) in outcome.detections.enumerated() {
            #expect(summary(named) == (index == 40 ? "has no crop: no such image" : "0 0 64 48"))
        }
    }

    @Test("A crop whose box is wrong is not fetched, and one crop of several does not spare the image")
    func wrongCrops() async throws {
        let fixture = NamingFixture()
        let outcome = try await fixture.name([detection(9, 0, 3, 10, crop: "a"), detection(0, 0, 1, 1, crop: "b")])
        #expect(outcome.detections.map(summary) == ["has a box without an inside", "0 0 64 48"])
        #expect(fixture.fetched == ["b"])
        let other = NamingFixture()
        let mixed = try await other.name([detection(0, 0, 9, 9, crop: "a"), detection(0, 0, 1, 1)])
        #expect(mixed.detections.map(summary) == ["0 0 9 9", "0 0 1 1"])
        #expect(other.fetched == ["image"])
    }

    @Test("Without a network the task is given back; with little memory crops wait for each other")
    func retries() async throws {
        let fixture = NamingFixture()
        let failure = await #expect(throws: TaskFailure.self) {
            try await fixture.name([detection(0, 0, 9, 9, crop: "busy"), detection(0, 0, 9, 9, crop: "a")])
        }
        #expect(failure?.isRetriable == true)
        // No more than three of the crops fit into memory.
        let narrow = NamingFixture(memory: 64 * 48 * 5)
        let outcome = try await narrow.name((0..<50).map { detection(0, 0, 9, 9, crop: "\($0)") })
        #expect(outcome.detections.allSatisfy { summary($0) == "0 0 64 48" })
    }

    @Test("No more than a hundred are named in a result")
    func errors() {
        let wrong = NamedDetection(given: detection(0, 0, 0, 0), verdict: .failure(NamedDetection.Trouble("is wrong")))
        let errors = NamedDetection.errors(of: Array(repeating: wrong, count: 10_000))
        #expect(errors.count == 101)
        #expect(errors[99] == "detections[99] is wrong")
        #expect(errors[100] == "9900 more detections were not classified")
    }

    private let blob = GivenDetection.Algorithm(name: "Blob", key: "blob")

    private func detection(
        _ x1: Double,
        _ y1: Double,
        _ x2: Double,
        _ y2: Double,
        crop: String? = nil
    ) -> GivenDetection {
        GivenDetection(box: GivenBox(x1: x1, y1: y1, x2: x2, y2: y2), cropURL: crop, algorithm: blob)
    }

    /// The part that was looked at, or why none was.
    private func summary(_ named: NamedDetection) -> String {
        switch named.verdict {
        case .success(let insect): "\(insect.box.x1) \(insect.box.y1) \(insect.box.x2) \(insect.box.y2)"
        case .failure(let trouble): trouble.sentence
        }
    }
}

/// The way of a task with detections from its lease to what they are named.
private struct NamingFixture {
    let engine = CountingEngine()
    private let naming: DetectionNaming
    private let host = Host()
    private let batcher: Batcher

    init(maximumBoxes: Int = 160, memory: Int = 1 << 20) {
        let budget = Budget(limit: memory)
        batcher = Batcher(
            engines: [engine],
            sizes: { _, _, _ in throw TaskFailure(stage: .detect, message: "no detector is asked") },
            maximumSize: 8,
            maximumBoxes: maximumBoxes,
            linger: .milliseconds(5)
        )
        batcher.watchWaits(for: budget)
        let statistics = WorkerStatistics()
        naming = DetectionNaming(
            images: PixelProvider(
                cache: nil,
                fetcher: host,
                decoding: ImageDecodingStage(
                    decoder: ImageDecoder(),
                    buffers: PixelBufferPool(maximumIdleBytes: 0),
                    threads: BlockingPool(name: "decode", threadCount: 1),
                    budget: budget
                ),
                imagesReadAhead: 8,
                statistics: statistics.images
            ),
            batcher: batcher,
            statistics: statistics
        )
    }

    var fetched: [String] { host.state.withLock(\.fetched) }
    var mostAtOnce: Int { host.state.withLock(\.most) }

    func name(_ detections: [GivenDetection]) async throws -> DetectionNaming.Outcome {
        let task = ImageTask(id: "1", imageID: "1", imageURL: "image", replySubject: "r", pipeline: "moths")
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let lease = Lease(task: task, takenAt: .now, deadline: nil, settler: Settler(), logger: quiet)
        let slot = batcher.enter()
        defer { slot.leave() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await batcher.run() }
            let outcome = await Result { try await naming.name(detections, of: lease, from: slot) }
            batcher.finish()
            try await lease.settle(.retry(reason: "the test is over"))
            return try outcome.get()
        }
    }

    private struct Settler: LeaseSettling {
        var isGone: Bool { false }
        func settle(_ task: ImageTask, _ settlement: Settlement) async throws {}
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// Has every image but some.
private final class Host: ImageFetching {
    let state = Mutex((fetched: [String](), now: 0, most: 0))

    func fetch(_ address: String) async throws -> [UInt8] {
        state.withLock { state in
            state.fetched.append(address)
            state.now += 1
            state.most = max(state.most, state.now)
        }
        defer { state.withLock { $0.now -= 1 } }
        await Task.yield()
        switch address {
        case "missing": throw TaskFailure(stage: .fetch, message: "no such image")
        case "busy": throw TaskFailure(stage: .fetch, message: "no network", isRetriable: true)
        default: break
        }
        let pixels = [UInt8](repeating: 90, count: 64 * 48 * 3)
        return try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: 48, width: 64) }
    }
}

/// Names nothing, and counts the boxes of each batch.
private final class CountingEngine: InferenceEngine {
    private let counts = Mutex<[Int]>([])

    var boxCounts: [Int] { counts.withLock(\.self) }

    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        throw InferenceError(.runFailed, operation: "detect", message: "no detector is asked")
    }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        counts.withLock { $0.append(images.reduce(0) { $0 + $1.boxes.count }) }
        return .unnamed(images)
    }
}
