import Foundation
import Worker

/// Runs a measurement as often as was asked, in turn with what it is held against, and reports.
struct BenchRunner {
    /// Something that is measured in turn with ours.
    struct Reference {
        let name: String
        let run: () async throws -> BenchSample
    }

    /// The name of the measurement.
    let benchmark: String
    /// The unit counted.
    let unit: String
    let plan: BenchPlan

    /// Measures and reports.
    ///
    /// - Parameters:
    ///   - count: Things in a run, for the progress.
    ///   - reference: What ours is held against.
    ///   - body: Makes one run, and calls what it is given with the number of things done.
    /// - Throws: What a run throws, and `CommandFailure` when the file cannot be written.
    func run(
        count: Int,
        reference: Reference? = nil,
        _ body: (_ progress: @escaping @Sendable (Int) -> Void) async throws -> BenchSample
    ) async throws {
        var samples: [BenchSample] = []
        var referenceSamples: [BenchSample] = []
        for index in 0..<(plan.warmUp + plan.runs) {
            let isWarmUp = index < plan.warmUp
            let name = isWarmUp ? "warm-up" : "run \(index - plan.warmUp + 1)/\(plan.runs)"
            let progress = ProgressBar(label: "\(benchmark), \(name)", total: count, unit: "\(unit)s")
            let sample = try await body { progress.update(done: $0) }
            progress.update(done: count)
            progress.finish()
            let other = try await reference?.run()
            guard !isWarmUp else { continue }
            samples.append(sample)
            if let other { referenceSamples.append(other) }
        }
        let report = BenchReport(
            benchmark: benchmark,
            unit: unit,
            samples: samples,
            reference: reference.map { ($0.name, referenceSamples) }
        )
        // The file first: the figures are not lost when nobody takes the text.
        if let path = plan.file { try report.write(to: path) }
        try Output.standard.print(report.text)
    }
}
