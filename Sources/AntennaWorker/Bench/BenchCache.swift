import ArgumentParser
import Lab
import Settings
import Worker

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

    @Option(help: "Whether images are put or got.") var operation = CacheBenchmark.Operation.get
    @Option(help: "Values in a run.") var values = 60
    @Option(help: "Values on their way at once.") var inFlight = 2
    @Option(help: ArgumentHelp("A program to run in turn; it prints seconds.", valueName: "path")) var reference:
        String?
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Redis") var cache: Flags<RedisSettings, MemorySettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard values > 0, inFlight > 0 else { throw ValidationError("--values and --in-flight are more than 0.") }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        let benchmark = CacheBenchmark(
            plan: options.plan,
            settings: settings,
            operation: operation,
            values: values,
            inFlight: inFlight,
            program: reference
        )
        try await benchmark.run()
    }
}

extension CacheBenchmark.Operation: ExpressibleByArgument {}
