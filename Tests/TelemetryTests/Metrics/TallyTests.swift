import Telemetry
import Testing

@Suite("Counters that can be read")
struct TallyTests {
    private static let metric = Metric(
        "antenna_worker_test_total",
        .counter,
        "A test.",
        labels: ["outcome"],
        labelValues: "outcome: any"
    )

    @Test("each keeps what it counted itself")
    func own() {
        let (first, second) = (Self.metric.tally("done"), Self.metric.tally("done"))
        first.add()
        first.add(4)
        #expect(first.value == 5 && second.value == 0)
    }

    @Test("time adds up")
    func time() {
        let tally = Self.metric.timeTally("done")
        tally.add(.milliseconds(1_500))
        tally.add(.microseconds(2))
        #expect(tally.value == .nanoseconds(1_500_002_000))
    }
}
