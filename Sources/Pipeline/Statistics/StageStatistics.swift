import Histogram
import Metrics
import Synchronization

/// Durations of every stage since the start, as counts, sums and percentiles.
package final class StageStatistics: Sendable {
    /// What is known of one stage.
    package struct Summary: Sendable {
        /// The stage.
        package let stage: Stage
        /// How many durations were recorded.
        package let count: Int
        /// Their sum in seconds.
        package let totalSeconds: Double
        /// The median in seconds.
        package let p50Seconds: Double
        /// The 99th percentile in seconds.
        package let p99Seconds: Double
    }

    private struct Recording {
        let timer: Timer
        var total = Duration.zero
        // Microseconds to two significant digits, growing as needed: some kilobytes a stage.
        var microseconds = Histogram<UInt32>(numberOfSignificantValueDigits: .two)
    }

    private let recordings: Mutex<[Stage: Recording]>

    /// Starts empty; every duration is also given to the metrics system as `antenna_worker_stage_seconds`.
    package init() {
        let recordings = Stage.allCases.map { stage in
            (
                stage,
                Recording(timer: Timer(label: "antenna_worker_stage_seconds", dimensions: [("stage", stage.rawValue)]))
            )
        }
        self.recordings = Mutex(Dictionary(uniqueKeysWithValues: recordings))
    }

    /// Adds one duration.
    package func record(_ duration: Duration, in stage: Stage) {
        let microseconds = UInt64(max(0, duration / .microseconds(1)))
        let timer = recordings.withLock { recordings in
            recordings[stage]?.total += duration
            _ = recordings[stage]?.microseconds.record(microseconds)
            return recordings[stage]?.timer
        }
        timer?.record(duration: duration)
    }

    /// The stages that have at least one duration, in the order of the way.
    package func summaries() -> [Summary] {
        recordings.withLock { recordings in
            Stage.allCases.compactMap { stage in
                guard let recording = recordings[stage], recording.microseconds.totalCount > 0 else { return nil }
                return Summary(
                    stage: stage,
                    count: Int(recording.microseconds.totalCount),
                    totalSeconds: recording.total / .seconds(1),
                    p50Seconds: Double(recording.microseconds.valueAtPercentile(50)) / 1e6,
                    p99Seconds: Double(recording.microseconds.valueAtPercentile(99)) / 1e6
                )
            }
        }
    }
}
