import Pipeline
import Relay
import Telemetry

/// Tasks that have their end in this role, from the metrics.
struct LiveTotals {
    /// Tasks with a result, or passed on, or relayed back.
    private(set) var done = 0.0
    /// Those of them that failed.
    private(set) var failed = 0.0

    init(_ samples: [MetricSample]) {
        for sample in samples {
            switch (sample.name, sample.labels.first?.1) {
            case (WorkMetrics.tasks.name, "succeeded"), (WorkMetrics.preparedTasks.name, "prepared"),
                (WorkMetrics.preparedTasks.name, "passed_without_pixels"),
                (RelayMetrics.results.name, "posted"):
                done += sample.value
            case (WorkMetrics.tasks.name, "failed"), (WorkMetrics.preparedTasks.name, "failed"),
                (RelayMetrics.results.name, "refused"):
                failed += sample.value
            default: break
            }
        }
    }
}
