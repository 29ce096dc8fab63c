import Foundation
import Worker

extension BenchReport {
    /// Draws the figures of several runs together.
    ///
    /// - Parameters:
    ///   - benchmark: What was measured.
    ///   - unit: What is counted.
    ///   - samples: The runs, one or more.
    ///   - reference: What they are held against, and its runs.
    init(
        benchmark: String,
        unit: String,
        samples: [BenchSample],
        reference: (name: String, samples: [BenchSample])?
    ) {
        self.benchmark = benchmark
        self.unit = unit
        command = CommandLine.arguments.joined(separator: " ")
        cores = ProcessInfo.processInfo.activeProcessorCount
        runs = samples.map(Run.init)
        imagesPerSecond = runs.map(\.imagesPerSecond).median
        cpuSecondsPerImage = runs.map(\.cpuSecondsPerImage).median
        let pixels = samples.map { Double($0.pixels) / 1e6 / $0.seconds }.median
        megapixelsPerSecond = pixels > 0 ? pixels : nil
        peakRSSBytes = ProcessUsage.current.peakResidentBytes
        let idle = samples.compactMap(\.engineIdle)
        engineIdle = idle.isEmpty ? nil : idle.median
        stages = Self.medians(of: samples)
        self.reference = reference.map { [imagesPerSecond] in
            Reference(name: $0.name, runs: $0.samples.map(Run.init), comparedTo: imagesPerSecond)
        }
    }

    private static func medians(of samples: [BenchSample]) -> [String: Percentiles] {
        Dictionary(grouping: samples.flatMap(\.stages), by: \.name).mapValues { stages in
            Percentiles(p50: stages.map(\.p50Seconds).median, p99: stages.map(\.p99Seconds).median)
        }
    }
}

extension BenchReport.Reference {
    init(name: String, runs: [BenchReport.Run], comparedTo ours: Double) {
        self.name = name
        self.runs = runs
        imagesPerSecond = runs.map(\.imagesPerSecond).median
        cpuSecondsPerImage = runs.map(\.cpuSecondsPerImage).median
        ratio = ours / imagesPerSecond
    }
}
