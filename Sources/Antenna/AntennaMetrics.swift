package import Telemetry

/// Antenna's API, and what becomes of results for it; each says itself what it is.
package enum AntennaMetrics {
    package static let reachable = Metric(
        "antenna_worker_antenna_reachable",
        .gauge,
        "1 when Antenna's API answered the last call, 0 when that failed."
    )

    package static let jobs = Metric(
        "antenna_worker_antenna_jobs",
        .gauge,
        "Jobs that Antenna lists for this worker's pipelines, or did.",
        labels: ["state"],
        labelValues:
            "state: open, forbidden (the token's user may not take its tasks), unregistered (its results would be dropped)"
    )

    package static let tasksReserved = Metric(
        "antenna_worker_antenna_tasks_reserved",
        .gauge,
        "Tasks reserved at Antenna and not settled."
    )

    package static let results = Metric(
        "antenna_worker_results_total",
        .counter,
        "Results for Antenna's API.",
        labels: ["outcome"],
        labelValues: "outcome: posted, spooled (kept on disk; posted later, and counted again), refused, "
            + "repeated (given again to a task that was delivered again; counted as posted, too)"
    )

    package static let resultsMissing = Metric(
        "antenna_worker_results_missing",
        .gauge,
        "Results that Antenna accepted minutes ago and has not saved."
    )

    package static let spoolEntries = Metric(
        "antenna_worker_spool_results",
        .gauge,
        "Results on disk that wait to be posted."
    )

    package static let spoolBytes = Metric(
        "antenna_worker_spool_bytes",
        .gauge,
        "Bytes of results on disk that wait to be posted."
    )

    package static let spoolFailures = Metric(
        "antenna_worker_spool_failures_total",
        .counter,
        "Results that could not be kept on disk, counted at every attempt; each stays in memory, and nothing more is reserved.",
        labels: ["reason"],
        labelValues: "reason: full (the spool's own limit), disk_full (the disk or a quota), file_system"
    )

    package static let spoolBytesLimit = Metric(
        "antenna_worker_spool_limit_bytes",
        .gauge,
        "The most the spool may hold."
    )
}
