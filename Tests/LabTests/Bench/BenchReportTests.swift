import Foundation
import Testing

@testable import Lab
@testable import Worker

@Suite("Figures of measurements")
struct BenchReportTests {
    private func sample(_ seconds: Double, cpu: Double = 1, p50: Double = 0.01) -> BenchSample {
        BenchSample(
            count: 10,
            pixels: 20_000_000,
            seconds: seconds,
            cpuSeconds: cpu,
            stages: [BenchStage(name: "decode", p50Seconds: p50, p99Seconds: 2 * p50)]
        )
    }

    private var report: BenchReport {
        BenchReport(
            benchmark: "decode",
            unit: "image",
            samples: [sample(1, p50: 0.01), sample(2, p50: 0.02), sample(10, p50: 0.5)],
            reference: ("bare", [sample(2.5), sample(2.5), sample(2.5)])
        )
    }

    @Test("Figures are medians over the runs, so that one disturbed run changes nothing")
    func medians() {
        #expect(report.imagesPerSecond == 5)
        #expect(report.megapixelsPerSecond == 10)
        #expect(report.cpuSecondsPerImage == 0.1)
        #expect(report.stages == ["decode": BenchReport.Percentiles(p50: 0.02, p99: 0.04)])
        #expect(report.runs.map(\.seconds) == [1, 2, 10])
        #expect(report.reference?.imagesPerSecond == 4)
        #expect(report.reference?.ratio == 1.25)
    }

    @Test("The engine's idle share is that of the middle run, and nothing where no engine ran")
    func idle() throws {
        #expect(report.engineIdle == nil)
        #expect(report.text.contains("Engine idle") == false)
        let samples = [8.0, 9.5, 12].map { busy in
            var sample = sample(10)
            sample.engineSeconds = busy
            return sample
        }
        let inferred = BenchReport(benchmark: "infer", unit: "image", samples: samples, reference: nil)
        let idle = try #require(inferred.engineIdle)
        #expect(abs(idle - 0.05) < 1e-9)
        #expect(inferred.text.contains("Engine idle 5.0 % of the time"))
        #expect(BenchReport(inferred.json)?.engineIdle == idle)
    }

    @Test("Where work did not always wait, idle is a share of the time in which it did")
    func idleWhileWorkWaits() throws {
        var sample = sample(10)
        // Of two engines, one had work for all ten seconds, the other for six.
        (sample.engineSeconds, sample.demandSeconds) = (12, 16)
        #expect(try #require(sample.engineIdle) == 0.25)
        // The time inside a runtime, and that around it, are not of one clock.
        sample.engineSeconds = 16.1
        #expect(sample.engineIdle == 0)
        sample.engineSeconds = nil
        #expect(sample.engineIdle == nil)
    }

    @Test("The median of an even number is the mean of the two in the middle, of none it is 0")
    func median() {
        #expect([4.0, 1, 3, 2].median == 2.5)
        #expect([Double]().median == 0)
    }

    @Test("Percentiles are values that occurred")
    func percentiles() {
        let stage = BenchStage(name: "", seconds: (1...200).reversed().map(Double.init))
        #expect(stage.p50Seconds == 100)
        #expect(stage.p99Seconds == 198)
        #expect(BenchStage(name: "", seconds: [7]).p99Seconds == 7)
        #expect(BenchStage(name: "", seconds: []).p50Seconds == 0)
    }

    @Test("The file has the documented members and reads back")
    func file() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let report = report
        try report.write(to: path)
        #expect(try BenchReport.read(path) == report)
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
        #expect(object?["images_per_second"] as? Double == 5)
        #expect(object?["cpu_seconds_per_image"] as? Double == 0.1)
        #expect(object?["peak_rss_bytes"] as? Int ?? 0 > 1_000_000)
        #expect((object?["runs"] as? [Any])?.count == 3)
        let stages = object?["stages"] as? [String: [String: Double]]
        #expect(stages == ["decode": ["p50": 0.02, "p99": 0.04]])
    }

    @Test("The file's bytes: sorted members, two blanks a level, whole numbers without a fraction")
    func bytes() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var report = report
        report.command = "antenna-worker bench \"é\"/\n"
        (report.peakRSSBytes, report.cores, report.runs, report.stages) = (123_456_789, 2, [report.runs[0]], [:])
        report.reference?.runs = []
        try report.write(to: path)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8) == """
                {
                  "benchmark" : "decode",
                  "command" : "antenna-worker bench \\"é\\"/\\n",
                  "cores" : 2,
                  "cpu_seconds_per_image" : 0.1,
                  "images_per_second" : 5,
                  "megapixels_per_second" : 10,
                  "peak_rss_bytes" : 123456789,
                  "reference" : {
                    "cpu_seconds_per_image" : 0.1,
                    "images_per_second" : 4,
                    "name" : "bare",
                    "ratio" : 1.25,
                    "runs" : [

                    ]
                  },
                  "runs" : [
                    {
                      "cpu_seconds_per_image" : 0.1,
                      "images" : 10,
                      "images_per_second" : 10,
                      "seconds" : 1
                    }
                  ],
                  "stages" : {

                  },
                  "unit" : "image"
                }

                """
        )
    }

    @Test("A file that is missing or something else is named", arguments: [nil, "", "[]", "{\"runs\":[]}"])
    func foreignFile(content: String?) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try content?.write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: CommandFailure.self) { try BenchReport.read(path) }
        #expect(error.map { "\($0)".contains(path) } == true)
    }

    @Test("The text tells rates, stages, memory and the ratio")
    func text() {
        let text = report.text
        for part in ["decode: 3 runs of 10 images", "5.0", "20.000", "Peak memory", "Ratio to bare: 1.250"] {
            #expect(text.contains(part), "\(part)")
        }
        var plain = report
        plain.megapixelsPerSecond = nil
        plain.reference = nil
        #expect(!plain.text.contains("MP/s") && !plain.text.contains("Ratio"))
    }

    @Test("A comparison divides the second by the first, and leaves out stages that only one has")
    func comparison() {
        let first = report
        var second = report
        second.imagesPerSecond = 10
        second.stages["fetch"] = BenchReport.Percentiles(p50: 1, p99: 1)
        let text = BenchComparison(first, second).text
        #expect(text.contains("images/s        5.0       10.0      2.000"))
        #expect(text.contains("decode p50 ms") && !text.contains("fetch") && !text.contains("measured"))
        second.benchmark = "fetch"
        #expect(BenchComparison(first, second).text.contains("A measured decode, B fetch."))
    }

    @Test("A counter hands out each number once and then none")
    func counter() {
        let counter = Counter()
        #expect((0..<4).map { _ in counter.take(below: 3) } == [0, 1, 2, nil])
    }
}
