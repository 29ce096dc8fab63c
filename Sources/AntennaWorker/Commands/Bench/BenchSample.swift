import Pipeline

/// What one run yielded.
struct BenchSample: Sendable {
    /// Images, or whatever is counted.
    var count: Int
    /// Pixels of all of them; 0 where none are looked at.
    var pixels = 0
    /// Time by the clock.
    var seconds: Double
    /// Processor time of this process, or of the reference's.
    var cpuSeconds: Double
    /// Durations of the stages, in the order of the way.
    var stages: [BenchStage] = []

    /// Things a second.
    var rate: Double { Double(count) / seconds }

    /// Measures a body that does `count` things.
    ///
    /// - Parameters:
    ///   - count: Images, or whatever is counted.
    ///   - pixels: Pixels of all of them.
    ///   - body: Does them, and returns how long their stages took.
    init(count: Int, pixels: Int = 0, _ body: () async throws -> [BenchStage]) async rethrows {
        let cpu = ProcessUsage.current.cpuSeconds
        let began = ContinuousClock.now
        stages = try await body()
        seconds = began.duration(to: .now) / .seconds(1)
        cpuSeconds = ProcessUsage.current.cpuSeconds - cpu
        self.count = count
        self.pixels = pixels
    }

    /// What was measured elsewhere.
    init(count: Int, pixels: Int = 0, seconds: Double, cpuSeconds: Double, stages: [BenchStage] = []) {
        self.count = count
        self.pixels = pixels
        self.seconds = seconds
        self.cpuSeconds = cpuSeconds
        self.stages = stages
    }
}

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
        self.init(name: summary.stage.rawValue, p50Seconds: summary.p50Seconds, p99Seconds: summary.p99Seconds)
    }
}

extension [Double] {
    /// Of ascending values the first that is not exceeded by so many percent of them; 0 when there are none.
    func percentile(_ percent: Int) -> Double {
        isEmpty ? 0 : self[Swift.min(count - 1, Swift.max(0, (count * percent + 99) / 100 - 1))]
    }

    /// The middle value, the mean of the two in the middle of an even number; 0 when there are none.
    var median: Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
