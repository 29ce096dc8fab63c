import Pipeline
import Worker

/// The figures of one run.
struct BenchSample: Sendable {
    /// Images, or whatever is counted.
    var count: Int
    /// Pixels of all of them; 0 where none are looked at.
    var pixels = 0
    /// Time by the clock.
    var seconds: Double
    /// Processor time of this process, or of the reference's.
    var cpuSeconds: Double
    /// Time in which a model ran, summed over the engines; nil where none runs.
    var engineSeconds: Double?
    /// Time in which there was something to run, summed in the same way; nil where there always was, for one engine.
    var demandSeconds: Double?
    /// Durations of the stages, in the order of the way.
    var stages: [BenchStage] = []

    /// Things a second.
    var rate: Double { Double(count) / seconds }

    /// The share of the time with something to run in which no model ran; nil where none runs.
    var engineIdle: Double? {
        engineSeconds.map { max(0, 1 - $0 / (demandSeconds ?? seconds)) }
    }

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

    /// Figures measured elsewhere.
    init(count: Int, pixels: Int = 0, seconds: Double, cpuSeconds: Double, stages: [BenchStage] = []) {
        self.count = count
        self.pixels = pixels
        self.seconds = seconds
        self.cpuSeconds = cpuSeconds
        self.stages = stages
    }
}
