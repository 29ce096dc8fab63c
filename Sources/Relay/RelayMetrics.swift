package import Telemetry

/// The metrics of a relay.
package enum RelayMetrics {
    package static let published = Metric(
        "antenna_worker_relay_tasks_published_total",
        .counter,
        "Tasks that the relay put into the queues."
    )

    package static let results = Metric(
        "antenna_worker_relay_results_total",
        .counter,
        "Results that came back to the relay.",
        labels: ["outcome"],
        labelValues: "outcome: posted, duplicate (posted before), refused (with the dead letters)"
    )

    package static let expired = Metric(
        "antenna_worker_relay_leases_expired_total",
        .counter,
        "Tasks whose lease ended before the fleet had answered."
    )

    package static let outstanding = Metric(
        "antenna_worker_relay_tasks",
        .gauge,
        "Tasks in the queues whose answer this relay waits for."
    )
}
