package import Telemetry

/// The connections to RabbitMQ, and what becomes of what comes over them; each says itself what it is.
package enum BrokerMetrics {
    package static let connected = Metric(
        "antenna_worker_broker_connected",
        .gauge,
        "1 while the connection to RabbitMQ is logged in.",
        labels: ["connection"],
        labelValues: "connection: consuming, publishing"
    )

    package static let blocked = Metric(
        "antenna_worker_broker_blocked",
        .gauge,
        "1 while RabbitMQ takes no publishes because of an alarm.",
        labels: ["connection"],
        labelValues: "connection: consuming, publishing"
    )

    package static let reconnects = Metric(
        "antenna_worker_broker_reconnects_total",
        .counter,
        "Connections to RabbitMQ that were lost; each is made again.",
        labels: ["connection"],
        labelValues: "connection: consuming, publishing"
    )

    package static let deliveries = Metric(
        "antenna_worker_broker_deliveries",
        .gauge,
        "Deliveries in hand that are not acknowledged."
    )

    package static let held = Metric(
        "antenna_worker_broker_results_held",
        .gauge,
        "Results that no queue takes, held with their tasks until one does or the tasks go to the dead letters."
    )

    package static let settlements = Metric(
        "antenna_worker_broker_settlements_total",
        .counter,
        "Deliveries by how they ended.",
        labels: ["outcome"],
        labelValues:
            "outcome: answered, passed_on, given_back, dead_lettered, recognised (its result was out already), "
            + "stale (acknowledged too late)"
    )

    package static let redeliveries = Metric(
        "antenna_worker_broker_redeliveries_total",
        .counter,
        "Deliveries of tasks that had been delivered before, to this worker or another."
    )

    package static let queueMessages = Metric(
        "antenna_worker_queue_messages",
        .gauge,
        "Messages ready in a queue, looked up every few seconds while somebody scrapes or watches.",
        labels: ["kind", "pipeline"],
        labelValues: "kind: tasks, tasks_interactive, ready, ready_interactive, dead; pipeline: those of this worker"
    )
}
