import Broker
import Concurrency
import Foundation
import Imaging
import Inference
import Logging
import Pipeline
import TestSupport
import Transport

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

/// A whole worker on RabbitMQ whose engine answers from the pixels themselves: real source, fetching, decoding, batching, encoding.
struct FleetWorker {
    let source: AMQPTaskSource
    let cache: (any TensorCache)?
    let statistics = WorkerStatistics()
    private let worker: Worker

    init(
        _ plan: FleetWorkerPlan,
        from tasks: TaskQueueName? = nil,
        confirmed: (any ConfirmedResults)? = nil,
        logger: Logger = .quiet
    ) throws {
        var settings = AMQPSourceSettings(queues: [tasks ?? TaskQueueName(.tasks, pipeline: plan.pipeline)])
        settings.prefetch = plan.prefetch
        // Those that die in a test are many, and what they had is innocent.
        settings.maximumAttempts = 20
        settings.backoff = Backoff(first: .milliseconds(20), most: .milliseconds(200), jitter: 0.1...1)
        var broker = try AMQPConfiguration(url: plan.brokerURL)
        broker.heartbeat = .seconds(plan.heartbeat)
        let redis = try plan.redisURL.map { try RedisConfiguration(url: $0) }
        source = AMQPTaskSource(
            settings: settings,
            consuming: try AMQPConnection(configuration: broker, logger: logger),
            publishing: try AMQPConnection(configuration: broker, logger: logger),
            confirmed: try confirmed ?? Self.confirmedResults(redis),
            logger: logger
        )
        let images = try FleetImages(redis: redis, statistics: statistics.images)
        let manifest = try PipelineManifest(directory: plan.models)
        cache = images.cache
        worker = Worker(
            source: source,
            images: images.provider,
            batcher: Batcher(
                engines: [PixelEngine(imageMilliseconds: plan.imageMilliseconds)],
                sizes: { _, height, width in manifest.detector.input.size(height: height, width: width) },
                maximumSize: 4,
                linger: .milliseconds(5)
            ),
            encoder: ResultEncoder(manifests: [manifest]),
            tasksInHand: plan.prefetch,
            statistics: statistics,
            logger: logger
        )
    }

    /// Works until drained.
    func run() async throws { try await worker.run() }

    static func confirmedResults(_ redis: RedisConfiguration?) throws -> any ConfirmedResults {
        guard let redis else { return MemoryConfirmedResults() }
        return RedisConfirmedResults(client: try RedisClient(configuration: redis, connections: 1))
    }
}

/// What gets pixels in a fleet test, with Redis between when there is one.
struct FleetImages {
    let cache: (any TensorCache)?
    let provider: PixelProvider

    init(redis: RedisConfiguration?, isCaching: Bool = true, statistics: ImageStatistics) throws {
        let pool = PixelBufferPool(maximumIdleBytes: 16 << 20)
        cache = try redis.map { redis in
            var redis = redis
            redis.commandTimeout = .seconds(1)
            return RedisTensorCache(
                client: try RedisClient(configuration: redis),
                pool: pool,
                ttl: .seconds(600)
            )
        }
        provider = PixelProvider(
            cache: isCaching ? cache : nil,
            fetcher: ImageFetcher(
                client: try HTTPClient(),
                policy: .image,
                retries: RetryPolicy(maximumAttempts: 2, initialDelay: .milliseconds(10))
            ),
            decoding: ImageDecodingStage(
                decoder: ImageDecoder(),
                buffers: pool,
                threads: BlockingPool(name: "decode", threadCount: 2),
                budget: Budget(limit: 16 << 20)
            ),
            imagesReadAhead: 8,
            statistics: statistics
        )
    }
}

/// An engine without a model: one insect an image, its box and scores made of the image's pixels.
struct PixelEngine: InferenceEngine {
    let imageMilliseconds: Int

    func infer(_ images: [PixelBuffer], key: BatchKey) async throws -> PipelineAnalysis {
        // Stands in for the time that a model takes.
        try await Task.sleep(for: .milliseconds(imageMilliseconds * images.count))
        return PipelineAnalysis(
            insects: images.map { image in
                let sum = image.withUnsafeBytes { $0.reduce(into: UInt32(0)) { $0 = $0 &* 31 &+ UInt32($1) } }
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
