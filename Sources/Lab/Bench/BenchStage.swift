import Pipeline

/// How long one stage took.
struct BenchStage: Sendable {
    let name: String
    let p50Seconds: Double
    let p99Seconds: Double

    init(name: String, p50Seconds: Double, p99Seconds: Double) {
        self.name = name
        self.p50Seconds = p50Seconds
        self.p99Seconds = p99Seconds
    }

    /// The percentiles of durations in seconds, one or more.
    init(name: String, seconds: [Double]) {
        let sorted = seconds.sorted()
        self.init(name: name, p50Seconds: sorted.percentile(50), p99Seconds: sorted.percentile(99))
    }

    init(_ summary: StageStatistics.Summary) {
        self.init(name: summary.stage.name, p50Seconds: summary.p50Seconds, p99Seconds: summary.p99Seconds)
    }
}
