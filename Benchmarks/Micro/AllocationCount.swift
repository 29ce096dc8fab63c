import Benchmark
import Foundation

/// What Benchmarks/count-allocations counts, in a process that it is preloaded into.
enum AllocationCount {
    static let metric = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller, useScalingFactor: true)

    private typealias Reading = @convention(c) () -> UInt64

    private static let reading: Reading? = dlsym(dlopen(nil, RTLD_NOW), "allocation_count")
        .map { unsafeBitCast($0, to: Reading.self) }

    /// Measures `body`, and counts its allocations where somebody counts them.
    static func measure(_ benchmark: Benchmark, _ body: () async throws -> Void) async rethrows {
        benchmark.startMeasurement()
        let before = reading?() ?? 0
        try await body()
        let after = reading?() ?? 0
        benchmark.stopMeasurement()
        benchmark.measurement(metric, Int(after - before))
    }
}
