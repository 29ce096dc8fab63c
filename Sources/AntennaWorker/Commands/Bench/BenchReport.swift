import Foundation

/// The figures of a measurement: what `--json` writes and `bench compare` reads.
struct BenchReport: Codable, Sendable, Equatable {
    /// Durations of a stage in seconds: the medians over the runs of the percentiles in a run.
    struct Percentiles: Codable, Sendable, Equatable {
        var p50: Double
        var p99: Double
    }

    /// One run.
    struct Run: Codable, Sendable, Equatable {
        var imagesPerSecond: Double
        var cpuSecondsPerImage: Double
        var seconds: Double
        var images: Int
    }

    /// What the measurement is held against, run in turn with it.
    struct Reference: Codable, Sendable, Equatable {
        var name: String
        var imagesPerSecond: Double
        var cpuSecondsPerImage: Double
        /// Our images a second by the reference's, medians.
        var ratio: Double
        var runs: [Run]
    }

    /// What was measured, such as `decode`.
    var benchmark: String
    /// What is counted: images, or what stands for them.
    var unit: String
    /// What the run was asked for, for people who want to repeat it.
    var command: String
    var imagesPerSecond: Double
    var megapixelsPerSecond: Double?
    var cpuSecondsPerImage: Double
    /// Of the whole process since its start, warm-up included.
    var peakRSSBytes: Int
    var stages: [String: Percentiles]
    var runs: [Run]
    var reference: Reference?
    var cores: Int

    private enum CodingKeys: String, CodingKey {
        case benchmark, unit, command, stages, runs, reference, cores
        case imagesPerSecond = "images_per_second"
        case megapixelsPerSecond = "megapixels_per_second"
        case cpuSecondsPerImage = "cpu_seconds_per_image"
        case peakRSSBytes = "peak_rss_bytes"
    }

    /// Reads a file that `--json` has written.
    ///
    /// - Throws: `CommandFailure` that names the file.
    static func read(_ path: String) throws -> BenchReport {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read.")
        }
        do {
            return try JSONDecoder().decode(BenchReport.self, from: data)
        } catch {
            throw CommandFailure("\(path) is not a file that 'bench --json' has written.")
        }
    }

    /// Writes the file for `--json`.
    ///
    /// - Throws: `CommandFailure` that names the file.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

extension BenchReport.Run {
    private enum CodingKeys: String, CodingKey {
        case seconds, images
        case imagesPerSecond = "images_per_second"
        case cpuSecondsPerImage = "cpu_seconds_per_image"
    }

    init(_ sample: BenchSample) {
        imagesPerSecond = sample.rate
        cpuSecondsPerImage = sample.cpuSeconds / Double(sample.count)
        seconds = sample.seconds
        images = sample.count
    }
}

extension BenchReport.Reference {
    private enum CodingKeys: String, CodingKey {
        case name, ratio, runs
        case imagesPerSecond = "images_per_second"
        case cpuSecondsPerImage = "cpu_seconds_per_image"
    }
}
