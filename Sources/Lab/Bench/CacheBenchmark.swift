import Concurrency
import Foundation
import Imaging
import Pipeline
package import Settings
import Transport
import Worker

/// Decoded images into Redis or out of it, in turn with a program that does the same.
package struct CacheBenchmark {
    /// The operation measured.
    package enum Operation: String, CaseIterable, Sendable {
        case put, get
    }

    /// Few, so that Redis needs no more than 54 MB.
    private static let keys = (0..<4).map { TensorKey(url: "bench:\($0)") }

    private let plan: BenchPlan
    private let settings: WorkerSettings
    private let operation: Operation
    private let values: Int
    private let inFlight: Int
    private let program: String?

    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - settings: All settings.
    ///   - operation: Whether images are put or got.
    ///   - values: Values in a run.
    ///   - inFlight: Values on their way at once.
    ///   - program: The path of a program to run in turn.
    package init(
        plan: BenchPlan,
        settings: WorkerSettings,
        operation: Operation,
        values: Int,
        inFlight: Int,
        program: String?
    ) {
        self.plan = plan
        self.settings = settings
        self.operation = operation
        self.values = values
        self.inFlight = inFlight
        self.program = program
    }

    /// Measures and reports.
    ///
    /// - Throws: ``SettingsError`` without a Redis; `CommandFailure` when it takes no image.
    package func run() async throws {
        guard let redis = try settings.redis.connection() else {
            throw SettingsError(RedisSettings().url, "no Redis is set; name a file with --redis-url-file")
        }
        let pool = PixelBufferPool(maximumIdleBytes: 512 << 20)
        let client = try RedisClient(configuration: redis)
        let cache = RedisTensorCache(client: client, pool: pool, ttl: .seconds(600))
        let pixels = try AdmittedPixels.noise(pool: pool)
        for key in Self.keys {
            guard await cache.store(pixels, for: key) else { throw CommandFailure("Redis took no image.") }
        }
        let reference = program.map { path in
            BenchProgram(path: path, arguments: [operation.rawValue, "\(values)", "\(inFlight)"], environment: [:])
        }
        let runner = BenchRunner(benchmark: "cache \(operation.rawValue)", unit: "image", plan: plan)
        try await runner.run(
            count: values,
            reference: reference.map { program in
                BenchRunner.Reference(name: program.name) { try await program.run(count: values) }
            }
        ) { progress in
            try await move(pixels, cache, progress: progress)
        }
        for key in Self.keys { try await client.del("\(key)") }
        client.close()
    }

    private func move(
        _ pixels: AdmittedPixels,
        _ cache: RedisTensorCache,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let budget = Budget(limit: .max)
        let durations = BenchDurations()
        let numbers = Counter()
        let (operation, values) = (self.operation, self.values)
        let size = pixels.buffer.height * pixels.buffer.width
        return try await BenchSample(count: values, pixels: values * size) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<inFlight {
                    group.addTask {
                        while let number = numbers.take(below: values) {
                            let began = ContinuousClock.now
                            let key = Self.keys[number % Self.keys.count]
                            let isDone =
                                switch operation {
                                case .put: await cache.store(pixels, for: key)
                                case .get: try await cache.pixels(for: key) { try await budget.reserve($0) } != nil
                                }
                            guard isDone else { throw CommandFailure("Redis failed: \(cache.failures)") }
                            durations.add(began.duration(to: .now))
                            progress(number)
                        }
                    }
                }
                try await group.waitForAll()
            }
            return [BenchStage(name: operation.rawValue, seconds: durations.seconds)]
        }
    }
}

extension AdmittedPixels {
    /// An image of 4096 × 2160 that is not all the same.
    fileprivate static func noise(pool: PixelBufferPool) throws -> AdmittedPixels {
        let buffer = try PixelBuffer(pool: pool, layout: .planes420, height: 2_160, width: 4_096) { bytes in
            var state: UInt32 = 1
            for index in bytes.indices {
                state = state &* 1_664_525 &+ 1_013_904_223
                bytes[index] = UInt8(state >> 24)
            }
        }
        guard let reservation = Budget(limit: buffer.byteCount).reserveIfFree(buffer.byteCount) else {
            throw CommandFailure("An empty budget had no room.")
        }
        return AdmittedPixels(buffer: buffer, reservation: reservation)
    }
}
