import CoreMetrics
import Foundation
import Inference
import JSON
import Logging
import Pipeline
import Relay
import Telemetry
import Testing

@testable import Worker

@Suite("What the live page is told")
struct LiveDataTests {
    @Test("of the messages the last thirty of importance are kept, the newest first, long values cut")
    func messages() {
        let messages = RecentMessages()
        for level in [Logger.Level.trace, .debug, .info] {
            messages.add(level: level, text: "no", details: [], at: Date())
        }
        #expect(messages.messages.isEmpty)
        for number in 1...100 {
            messages.add(
                level: number.isMultiple(of: 2) ? .notice : .critical,
                text: "\(number)",
                details: [("key", String(repeating: "x", count: 2_000)), ("key", "second")],
                at: Date(timeIntervalSince1970: Double(number))
            )
        }
        #expect(messages.messages.map(\.text) == (71...100).reversed().map { "\($0)" })
        let newest = messages.messages[0]
        #expect(newest.time == 100 && newest.level == "notice")
        #expect(newest.details == ["key": String(repeating: "x", count: 500)])
    }

    @Test(
        "an image is called by the last part of its path; what may be secret is left out",
        arguments: [
            ("https://a.example/b/moth%201.jpg?X-Amz-Signature=secret", "moth 1.jpg"),
            ("https://a.example/b/moth.jpg#secret", "moth.jpg"),
            ("https://a.example/b/moth.jpg?next=/secret#/secret", "moth.jpg"),
            ("https://a.example/b/", "b"),
            ("https://a.example/b/moth%ZZ.jpg", "moth%ZZ.jpg"),
            ("https://user:secret@a.example/moth.jpg", "moth.jpg"),
            ("https://user:secret@a.example/", ""),
            ("https://user:secret@a.example?token=secret", ""),
            ("moth.jpg", "moth.jpg"),
            ("", ""),
            ("?secret", ""),
        ]
    )
    func names(url: String, name: String) {
        #expect(LiveImages.name(of: url) == name)
    }

    @Test("where the models run, why there, and what else could be used once it is fixed")
    func placement() throws {
        let service = try AdminFixture().healthService
        #expect(LiveHello(service).json["placement"] == nil)
        var role = PretendedRole().health
        role.placement = DevicePlacement(
            devices: [DeviceUse(device: .cpu, precision: .full)],
            reason: "auto: of 1 NVIDIA GPU none can be used",
            rejected: [DeviceRejection("cuda:0", reason: "no provider", remedy: "install it")]
        )
        service.begin(role)
        let told = try #require(LiveHello(service).json["placement"])
        #expect(
            String(decoding: told.encoded(), as: UTF8.self)
                == #"{"devices":["cpu"],"reason":"auto: of 1 NVIDIA GPU none can be used","rejected":"#
                + #"[{"device":"cuda:0","reason":"no provider","remedy":"install it"}]}"#
        )
        #expect(service.readiness[0].detail == "cpu (auto: of 1 NVIDIA GPU none can be used)")
    }

    @Test("a very long name is cut")
    func longName() {
        let name = LiveImages.name(of: "https://a.example/\(String(repeating: "%C3%A9", count: 10_000)).jpg")
        #expect(name == String(repeating: "é", count: 80))
    }

    @Test("the history has a point every two seconds for the last ten minutes, whoever asks how often")
    func history() {
        let registry = MetricRegistry()
        let history = LiveHistory()
        for tenth in 0..<10_000 { history.note(registry, now: Double(tenth) / 10) }
        let times = history.points.map(\.time)
        #expect(times.count == 300)
        #expect(zip(times, times.dropFirst()).allSatisfy { (1.5...2.1).contains($1 - $0) })
        #expect((997...1_000).contains(times.last ?? 0))
        // A clock that is set back makes no point in the past; one that is set forward leaves a gap.
        history.note(registry, now: 5)
        #expect(history.points.last?.time == times.last)
        history.note(registry, now: 5_000)
        #expect(history.points.last?.time == 5_000 && history.points.count == 300)
    }

    @Test("what is done a second is that of the last quarter of a minute, and nothing before there are two points")
    func rate() {
        let registry = MetricRegistry()
        let tasks = registry.makeCounter(label: WorkMetrics.tasks.name, dimensions: [("outcome", "succeeded")])
        let history = LiveHistory()
        #expect(history.rate == 0)
        for second in 0...40 {
            history.note(registry, now: Double(second))
            if second == 0 { #expect(history.rate == 0) }
            tasks.increment(by: second < 20 ? 100 : 3)
        }
        #expect(history.rate == 3)
    }

    @Test("done and failed are what the metrics say, whichever role has its end there")
    func totals() {
        let samples = [
            WorkMetrics.tasks.sample(1, "succeeded"), WorkMetrics.tasks.sample(2, "failed"),
            WorkMetrics.tasks.sample(1_000, "given_back"), WorkMetrics.tasks.sample(1_000, "unsettled"),
            WorkMetrics.preparedTasks.sample(4, "prepared"),
            WorkMetrics.preparedTasks.sample(8, "passed_without_pixels"),
            WorkMetrics.preparedTasks.sample(16, "failed"),
            RelayMetrics.results.sample(32, "posted"), RelayMetrics.results.sample(64, "refused"),
            RelayMetrics.results.sample(1_000, "duplicate"), WorkMetrics.insects.sample(1_000),
        ]
        let totals = LiveTotals(samples)
        #expect(totals.done == 1 + 4 + 8 + 32)
        #expect(totals.failed == 2 + 16 + 64)
    }
}
