import Concurrency
import Foundation
import Imaging
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Inference
@testable import Pipeline

@Suite("An engine whose memory does not hold all pipelines", .serialized)
struct DeviceEngineTests {
    private static let folder = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let threads = BlockingPool(name: "decode", threadCount: 1)

    @Test("Pipelines come and go, and say the same as before")
    func reloads() async throws {
        let loads = Loads()
        let pipelines = try pipelines(memory: 1, loads)
        #expect(try pipelines.loadAll().isEmpty)
        #expect(loads.slugs == ["tiny_pyramid", "tiny_single_level"])
        let engine = try DeviceEngine(device: .cpu, pipelines: pipelines, threads: threads)
        let first = try await found("tiny_pyramid", engine)
        let second = try await found("tiny_single_level", engine)
        #expect(try await found("tiny_single_level", engine) == second)
        #expect(try await found("tiny_pyramid", engine) == first)
        #expect(first.count == 32 && second.count == 27)
        #expect(loads.slugs.dropFirst(2) == ["tiny_pyramid", "tiny_single_level", "tiny_pyramid"])
    }

    @Test("With room for all, each is loaded once, also when many want it at the same time")
    func loadsOnce() async throws {
        let loads = Loads()
        let engine = try DeviceEngine(device: .cpu, pipelines: pipelines(memory: nil, loads), threads: threads)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask { try await found("tiny_pyramid", engine).count }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == [32, 32, 32])
        #expect(loads.slugs == ["tiny_pyramid"])
    }

    @Test("A model that cannot be loaded again gives the tasks back, and is tried again")
    func lost() async throws {
        let loads = Loads()
        let engine = try DeviceEngine(device: .cpu, pipelines: pipelines(memory: 1, loads), threads: threads)
        loads.fail(true)
        let error = await #expect(throws: InferenceError.self) { try await found("tiny_pyramid", engine) }
        #expect(error?.code == .modelLost && error?.isRetriable == true)
        #expect(error?.description.contains("tiny_pyramid") == true)
        loads.fail(false)
        #expect(try await found("tiny_pyramid", engine).count == 32)
    }

    @Test("A pipeline that is not there is said")
    func stranger() async throws {
        let engine = try DeviceEngine(device: .cpu, pipelines: pipelines(memory: nil, Loads()), threads: threads)
        let catalogue = try Self.catalogue()
        #expect(throws: TaskFailure.self) { try catalogue.localizationSize(pipeline: "x", height: 1, width: 1) }
        let size = try catalogue.localizationSize(pipeline: "tiny_pyramid", height: 1, width: 1)
        await #expect(throws: TaskFailure.self) {
            try await engine.infer([], key: BatchKey(pipeline: "x", size: size))
        }
    }

    @Test("A task that is cancelled ends its run, which is no error of the image's", .timeLimit(.minutes(5)))
    func cancelled() async throws {
        let runtime = UnfinishedRuntime()
        let manifest = PipelineManifest(
            slug: "detection",
            name: "Detection",
            directory: Self.folder,
            detector: try Self.catalogue().manifest("tiny_pyramid").detector
        )
        let pipelines = LoadedPipelines(
            catalogue: PipelineCatalogue([manifest]),
            use: DeviceUse(device: .cpu, precision: .full),
            memory: nil,
            logger: logger
        ) { manifest in
            try LoadedPipeline(manifest, options: SessionOptions(), classificationBatchSize: 1, runtime: runtime)
        }
        let engine = try DeviceEngine(device: .cpu, pipelines: pipelines, threads: threads)
        for run in 1...2 {
            let task = Task { try await found("detection", sizedAs: "tiny_pyramid", engine) }
            try await eventually { runtime.begun == run }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    private static func catalogue() throws -> PipelineCatalogue {
        PipelineCatalogue(
            try ["tiny_pyramid", "tiny_single_level"].map { try PipelineManifest(directory: "\(folder)/\($0)") }
        )
    }

    private func pipelines(memory: Int?, _ loads: Loads) throws -> LoadedPipelines {
        let runtime = try OrtRuntime.load(environment: ProcessInfo.processInfo.environment, logger: logger)
        let sessions = SharedSessions()
        return LoadedPipelines(
            catalogue: try Self.catalogue(),
            use: DeviceUse(device: .cpu, precision: .full),
            memory: memory,
            logger: logger
        ) { manifest in
            try loads.note(manifest)
            return try LoadedPipeline(
                manifest,
                options: SessionOptions(intraOpThreads: 1),
                classificationBatchSize: 20,
                sessions: sessions,
                runtime: runtime
            )
        }
    }

    private func found(
        _ pipeline: String,
        sizedAs other: String? = nil,
        _ engine: DeviceEngine
    ) async throws -> [DetectedInsect] {
        let bytes = try Data(contentsOf: URL(filePath: "\(Self.folder)/images/upright.jpg"))
        let image = try ImageDecoder().decode(Array(bytes), into: PixelBufferPool(maximumIdleBytes: 0))
        let size = try Self.catalogue().localizationSize(
            pipeline: other ?? pipeline,
            height: image.height,
            width: image.width
        )
        let key = BatchKey(pipeline: pipeline, size: size)
        return try await engine.infer([WholeImage(image: image)], key: key).insects[0]
    }
}

/// Loads detectors whose runs are never over, unless they are ended.
private final class UnfinishedRuntime: InferenceRuntime {
    let name = "Unfinished"
    let version = "1"
    let libraryPath = "none"
    let opensSideBySide = false
    private let runs = Atomic(0)

    /// Runs that have begun.
    var begun: Int { runs.load(ordering: .relaxed) }

    func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
        Session(path: path, runtime: self)
    }

    func checkAvailability(of options: SessionOptions) throws(InferenceError) {}

    private final class Session: InferenceSession {
        let path: String
        let device = Device.cpu
        let inputs = ObjectDetector.contract.inputs
        let buffers = FloatBufferPool(maximumIdle: 1)
        // Nothing is run to warm it up.
        let hasRun = true
        private let runtime: UnfinishedRuntime

        init(path: String, runtime: UnfinishedRuntime) {
            self.path = path
            self.runtime = runtime
        }

        func output(named name: String) -> TensorDescription? {
            ObjectDetector.contract.outputs.first { $0.name == name }
        }

        func run<Result>(
            inputs lent: [TensorInput],
            outputs wanted: [String],
            interruption: Interruption?,
            _ body: (borrowing RunOutputs) throws(InferenceError) -> Result
        ) throws(InferenceError) -> Result {
            let operation = OperationName("model.run", path)
            guard let interruption else {
                throw InferenceError(.invalidInput, operation: operation, message: "nobody could end this run")
            }
            try interruption.check(operation)
            let isOver = DispatchSemaphore(value: 0)
            return try interruption.watch(operation, end: { isOver.signal() }) { () throws(InferenceError) in
                runtime.runs.add(1, ordering: .relaxed)
                isOver.wait()
                throw InferenceError(.runFailed, operation: operation, message: "the runtime's own words")
            }
        }
    }
}

/// Counts loads, and lets them fail.
private final class Loads: Sendable {
    private let state = Mutex((slugs: [String](), fails: false))

    var slugs: [String] { state.withLock(\.slugs) }

    func fail(_ fails: Bool) {
        state.withLock { $0.fails = fails }
    }

    func note(_ manifest: PipelineManifest) throws {
        let fails = state.withLock { state in
            state.slugs.append(manifest.slug)
            return state.fails
        }
        if fails { throw ManifestError(path: manifest.directory, mistakes: ["it has gone"]) }
    }
}
