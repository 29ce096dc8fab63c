import Broker
import Concurrency
import Foundation
import Imaging
import Inference
import Logging
import Pipeline
import Settings
import Synchronization
import TestSupport
import Transport
import WorkerTestSupport

@testable import Worker

/// What a worker of a fleet test is told; it travels to other processes.
struct FleetWorkerPlan: Codable, Sendable {
    var brokerURL: String
    var redisURL: String?
    var pipeline: String
    /// The folder of the pipeline's manifest.
    var models: String
    var prefetch = 16
    /// How long the engine takes for an image, in milliseconds.
    var imageMilliseconds = 0
    /// The broker's heartbeat in seconds.
    var heartbeat = 10
}

extension FleetWorkerPlan {
    /// The settings of a worker's stages.
    func settings() throws -> WorkerSettings {
        try ScratchFolder().resolve(
            flags: [
                "--pipeline", pipeline, "--models", URL(filePath: models).deletingLastPathComponent().path,
                "--fetch-concurrency", "8", "--localization-batch-size", "4", "--linger", "5ms",
                "--pixel-budget", "16MiB", "--tensor-cache", "0",
            ],
            environment: redisURL.map { ["ANTENNA_WORKER_REDIS_URL": $0] } ?? [:]
        ).settings
    }
}

/// A whole worker on RabbitMQ whose engine answers from the pixels themselves: real source, fetching, decoding, batching, encoding.
struct FleetWorker {
    let source: AMQPTaskSource
    let cache: any TensorCache
    let statistics: WorkerStatistics
    let engine: PixelEngine
    private let worker: Worker

    init(
        _ plan: FleetWorkerPlan,
        from tasks: TaskQueueName? = nil,
        confirmed: (any ConfirmedResultStore)? = nil,
        logger: Logger = .quiet
    ) throws {
        let settings = try plan.settings()
        var sourceSettings = AMQPSourceSettings(queues: [tasks ?? TaskQueueName(.tasks, pipeline: plan.pipeline)])
        sourceSettings.prefetch = plan.prefetch
        // Those that die in a test are many, and what they had is innocent.
        sourceSettings.maximumAttempts = 20
        sourceSettings.backoff = Backoff(first: .milliseconds(20), most: .milliseconds(200), jitter: 0.1...1)
        var broker = try AMQPConfiguration(url: plan.brokerURL)
        broker.heartbeat = .seconds(plan.heartbeat)
        source = AMQPTaskSource(
            settings: sourceSettings,
            consuming: try AMQPConnection(configuration: broker, logger: logger),
            publishing: try AMQPConnection(configuration: broker, logger: logger),
            confirmed: try confirmed ?? settings.redis.confirmedResults(),
            logger: logger
        )
        let engine = PixelEngine(imageMilliseconds: plan.imageMilliseconds)
        self.engine = engine
        let stages = try WorkerStages(settings: settings, logger: logger) { _ in
            InferenceAssembly(
                catalogue: PipelineCatalogue([try PipelineManifest(directory: plan.models)]),
                engines: [engine]
            )
        }
        cache = stages.images.cache
        worker = stages.worker(source: source)
        statistics = stages.statistics
    }

    /// Works until drained.
    func run() async throws { try await worker.run() }
}

/// An engine without a model: one insect an image, its box and scores made of the image's pixels.
final class PixelEngine: InferenceEngine {
    private let imageMilliseconds: Int
    private let isPaused = Atomic(false)

    /// Makes an engine that takes so long for an image.
    init(imageMilliseconds: Int) {
        self.imageMilliseconds = imageMilliseconds
    }

    /// Begins with no more images until ``resume()``.
    func pause() { isPaused.store(true, ordering: .releasing) }

    /// Goes on.
    func resume() { isPaused.store(false, ordering: .releasing) }

    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis {
        PipelineAnalysis(
            insects: images.map { image in
                image.boxes.map { DetectedInsect(detection: Detection(box: $0, score: 1), classifications: []) }
            },
            times: PipelineTimes()
        )
    }

    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis {
        try await eventually(within: .seconds(300)) { !isPaused.load(ordering: .acquiring) }
        // Stands in for the time that a model takes.
        try await Task.sleep(for: .milliseconds(imageMilliseconds * images.count))
        return PipelineAnalysis(
            insects: images.map { image in
                let sum = image.image.withUnsafeBytes { $0.reduce(into: UInt32(0)) { $0 = $0 &* 31 &+ UInt32($1) } }
                let (x, y) = (Int(sum % 1_000), Int(sum / 1_000 % 1_000))
                return [
                    DetectedInsect(
                        detection: Detection(box: Box(x1: x, y1: y, x2: x + 1, y2: y + 1), score: 1),
                        classifications: []
                    )
                ]
            },
            times: PipelineTimes()
        )
    }
}

extension Logger {
    /// Says errors only.
    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return logger
    }
}
