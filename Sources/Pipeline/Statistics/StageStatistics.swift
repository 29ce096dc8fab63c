import Metrics
import Telemetry

/// Durations of every stage since the start, as counts, sums and percentiles.
package final class StageStatistics: Sendable {
    /// The times of one stage.
    package struct Summary: Sendable {
        /// The stage.
        package let stage: Stage
        /// How many durations were recorded.
        package let count: Int
        /// Their sum in seconds.
        package let totalSeconds: Double
        /// The median in seconds, to two digits.
        package let p50Seconds: Double
        /// The 99th percentile in seconds, to two digits.
        package let p99Seconds: Double
    }

    private struct Recording {
        let stage: Stage
        let timer: Timer
        let seconds = FixedHistogram(bounds: StageStatistics.bounds)
    }

    private static let bounds = FixedHistogram.bounds(from: 1e-6, to: 3_600, ratio: 1.02)
    /// One a stage, in the order of ``Stage/allCases``.
    private let recordings: [Recording]

    /// Starts empty; every duration is also given to the metrics system.
    package init() {
        recordings = Stage.allCases.map { Recording(stage: $0, timer: WorkMetrics.stageSeconds.timer($0.name)) }
    }

    /// Adds one duration.
    package func record(_ duration: Duration, in stage: Stage) {
        let recording = recordings[stage.rawValue]
        recording.seconds.record(max(0, duration / .seconds(1)))
        recording.timer.record(duration: duration)
    }

    /// The stages that have at least one duration, in the order of the way.
    package func summaries() -> [Summary] {
        recordings.compactMap { recording in
            let seconds = recording.seconds.contents
            guard seconds.count > 0 else { return nil }
            return Summary(
                stage: recording.stage,
                count: seconds.count,
                totalSeconds: seconds.sum,
                p50Seconds: seconds.quantile(0.5),
                p99Seconds: seconds.quantile(0.99)
            )
        }
    }
}
