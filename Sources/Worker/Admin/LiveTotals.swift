/// Tasks that have their end in this role, from the metrics.
struct LiveTotals {
    /// Tasks with a result, or passed on, or relayed back.
    private(set) var done = 0.0
    /// Those of them that failed.
    private(set) var failed = 0.0

    init(_ samples: [MetricSample]) {
        for sample in samples {
            switch (sample.name, sample.labels.first?.1) {
            case (MetricCatalogue.tasks.name, "succeeded"), (MetricCatalogue.preparedTasks.name, "prepared"),
                (MetricCatalogue.preparedTasks.name, "passed_without_pixels"),
                (MetricCatalogue.relayResults.name, "posted"):
                done += sample.value
            case (MetricCatalogue.tasks.name, "failed"), (MetricCatalogue.preparedTasks.name, "failed"),
                (MetricCatalogue.relayResults.name, "refused"):
                failed += sample.value
            default: break
            }
        }
    }
}
