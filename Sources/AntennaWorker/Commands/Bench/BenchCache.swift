import ArgumentParser
import Concurrency
import Foundation
import Imaging
import Pipeline
import Settings
import Transport

/// Decoded images into Redis and out of it.
struct BenchCache: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Measure decoded images of 4096 × 2160 into Redis, or out of it.",
        discussion: """
            Values of 13.3 MB, planes of YCbCr as a camera's JPEG gives them, with their checksum, made and verified as the worker does it. With --reference a program that moves \
            values of the same size is run in turn: Benchmarks/cache does that with redis-benchmark and a Redis of its own.

            Example: antenna-worker bench cache --redis-url-file redis.txt --operation get
            """
    )

    /// What is measured.
    enum Operation: String, ExpressibleByArgument, CaseIterable {
        case put, get
    }

    @Option(help: "Whether images are put or got.") var operation = Operation.get
    @Option(help: "Values in a run.") var values = 60
    @Option(help: "Values on their way at once.") var inFlight = 2
    @Option(help: ArgumentHelp("A program to run in turn; it prints seconds.", valueName: "path")) var reference:
        String?
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Redis") var cache: Flags<RedisSettings, MemorySettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    /// Few, so that Redis needs no more than 54 MB.
    private static let keys = (0..<4).map { TensorKey(url: "bench:\($0)") }

    func validate() throws {
        guard values > 0, inFlight > 0 else { throw ValidationError("--values and --in-flight are more than 0.") }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        guard let redis = try settings.redis.connection() else {
            throw SettingsError(RedisSettings().url, "no Redis is set; name a file with --redis-url-file")
        }
        LoggingSetup.bootstrap(.warnings)
        let pool = PixelBufferPool(maximumIdleBytes: 512 << 20)
        let client = try RedisClient(configuration: redis)
        let cache = RedisTensorCache(client: client, pool: pool, ttl: .seconds(600))
        let pixels = try AdmittedPixels.noise(pool: pool)
        for key in Self.keys {
            guard await cache.store(pixels, for: key) else { throw CommandFailure("Redis took no image.") }
        }
        let program = reference.map { path in
            BenchProgram(path: path, arguments: [operation.rawValue, "\(values)", "\(inFlight)"], environment: [:])
        }
        let runner = BenchRunner(benchmark: "cache \(operation.rawValue)", unit: "image", options: options)
        try await runner.run(
            count: values,
            reference: program.map { program in
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
                            guard isDone else { throw CommandFailure("Redis failed: \(cache.counters.failures)") }
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
