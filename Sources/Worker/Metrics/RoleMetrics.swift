import Telemetry

/// The metrics of every role: its name, version and state.
enum RoleMetrics {
    static let info = Metric(
        "antenna_worker_info",
        .gauge,
        "Always 1; which worker this is.",
        labels: ["version", "role"],
        labelValues: "role: run, fetch, infer, relay, demo"
    )

    static let ready = Metric(
        "antenna_worker_ready",
        .gauge,
        "1 when /readyz answers 200, else 0."
    )

    static let readiness = Metric(
        "antenna_worker_readiness",
        .gauge,
        "1 when what is named is as it should be, else 0; all of them together make the worker ready.",
        labels: ["check"],
        labelValues:
            "check: models, antenna, spool, registration, results, jobs, broker, consumers, deliveries, redis, draining, as far as the role has them"
    )

    static let draining = Metric(
        "antenna_worker_draining",
        .gauge,
        "1 once the worker was told to stop and finishes what it has in hand."
    )

    static let paused = Metric(
        "antenna_worker_paused",
        .gauge,
        "1 while SIGUSR1 keeps the worker from taking tasks."
    )

    static let partTasks = Metric(
        "antenna_worker_part_tasks",
        .gauge,
        "Tasks in each part of the way now.",
        labels: ["part"],
        labelValues: "part: image (cache, fetch, decode), inference (batch included), settlement (publish, acknowledge)"
    )

    static let partStalledSeconds = Metric(
        "antenna_worker_part_stalled_seconds",
        .gauge,
        "How long a part has held tasks without letting one go; 0 while it moves, is empty or waits for a service that is away.",
        labels: ["part"],
        labelValues: "part: image, inference, settlement, runtime (the process itself)"
    )

    static let stallAfterSeconds = Metric(
        "antenna_worker_stall_after_seconds",
        .gauge,
        "The stall after which a part fails /livez and the process ends; 0 when that is switched off.",
        labels: ["part"],
        labelValues: "as above"
    )

    static let fallback = Metric(
        "antenna_worker_fallback_active",
        .gauge,
        "1 while tasks come over REST because RabbitMQ is away (--source auto)."
    )

    static let modelLoadSeconds = Metric(
        "antenna_worker_model_load_seconds",
        .gauge,
        "How long loading a pipeline onto a device took, its warm-up included.",
        labels: ["pipeline", "device"],
        labelValues: "pipeline, device: those of this worker"
    )
}
