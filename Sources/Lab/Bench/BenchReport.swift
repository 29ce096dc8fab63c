import Foundation
import JSON
import Worker

/// The figures of a measurement: what `--json` writes and `bench compare` reads.
package struct BenchReport: Sendable, Equatable {
    /// Durations of a stage in seconds: the medians over the runs of the percentiles in a run.
    struct Percentiles: Sendable, Equatable {
        var p50: Double
        var p99: Double
    }

    /// One run.
    struct Run: Sendable, Equatable {
        var imagesPerSecond: Double
        var cpuSecondsPerImage: Double
        var seconds: Double
        var images: Int
    }

    /// The yardstick, run in turn with the measurement.
    struct Reference: Sendable, Equatable {
        var name: String
        var imagesPerSecond: Double
        var cpuSecondsPerImage: Double
        /// Our images a second by the reference's, medians.
        var ratio: Double
        var runs: [Run]
    }

    /// The name of the measurement, such as `decode`.
    var benchmark: String
    /// The unit counted: images, tasks or tensors.
    var unit: String
    /// The options of the run, for people who want to repeat it.
    var command: String
    var imagesPerSecond: Double
    var megapixelsPerSecond: Double?
    var cpuSecondsPerImage: Double
    /// Of the whole process since its start, warm-up included.
    var peakRSSBytes: Int
    /// The share of the time with something to run in which no model ran, the median over the runs; nil where models are not measured.
    var engineIdle: Double?
    var stages: [String: Percentiles]
    var runs: [Run]
    var reference: Reference?
    var cores: Int

    /// Reads a file that `--json` has written.
    ///
    /// - Throws: `CommandFailure` that names the file.
    package static func read(_ path: String) throws -> BenchReport {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read.")
        }
        guard let json = try? JSONValue(parsing: Array(data)), let report = BenchReport(json) else {
            throw CommandFailure("\(path) is not a file that 'bench --json' has written.")
        }
        return report
    }

    /// Writes the file for `--json`.
    ///
    /// - Throws: `CommandFailure` that names the file.
    func write(to path: String) throws {
        do {
            try Data(json.encoded(.pretty) + Array("\n".utf8)).write(to: URL(filePath: path))
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

extension BenchReport.Run {
    init(_ sample: BenchSample) {
        imagesPerSecond = sample.rate
        cpuSecondsPerImage = sample.cpuSeconds / Double(sample.count)
        seconds = sample.seconds
        images = sample.count
    }
}
