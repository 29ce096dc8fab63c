import Histogram
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
        var total = Duration.zero
        // Microseconds to two significant digits, growing as needed: some kilobytes a stage.
        var microseconds = Histogram<UInt32>(numberOfSignificantValueDigits: .two)
    }

    private let recordings = Mutex<[Stage: Recording]>([:])

    package init() {}

    /// Adds one duration.
    package func record(_ duration: Duration, in stage: Stage) {
        let microseconds = max(0, duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000)
        recordings.withLock { recordings in
            recordings[stage, default: Recording()].total += duration
            recordings[stage, default: Recording()].microseconds.record(UInt64(microseconds))
        }
    }

    /// The stages that have at least one duration, in the order of the way.
    package func summaries() -> [Summary] {
        recordings.withLock { recordings in
            Stage.allCases.compactMap { stage in
                guard let recording = recordings[stage] else { return nil }
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
