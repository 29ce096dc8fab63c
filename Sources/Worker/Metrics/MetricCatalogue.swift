/// Every metric there is, in the order of docs/metrics.md and of a scrape.
enum MetricCatalogue {
    /// A group of metrics with its heading in the documentation.
    struct Section: Sendable {
        let title: String
        let metrics: [MetricDescription]
    }

    static let sections = [
        Section(title: "The worker", metrics: [info, ready, readiness, draining, paused]),
        Section(
            title: "Tasks",
            metrics: [tasks, insects, damagedImages, preparedTasks, tasksInHand, tasksInHandLimit]
        ),
        Section(title: "Where the time goes", metrics: [stageSeconds, runtimeSeconds, batchImages]),
        Section(title: "Progress", metrics: [partTasks, partStalledSeconds, stallAfterSeconds]),
        Section(title: "Memory", metrics: [pixelBytes, pixelBytesLimit]),
        Section(
            title: "Tensor cache",
            metrics: [cacheRequests, cacheStores, cacheErrors, cacheBytes, cacheAvailable]
        ),
        Section(
            title: "RabbitMQ",
            metrics: [
                brokerConnected, brokerBlocked, brokerReconnects, brokerOutstanding, brokerHeld, brokerSettlements,
                brokerRedeliveries, queueMessages,
            ]
        ),
        Section(
            title: "Antenna",
            metrics: [
                antennaReachable, antennaJobs, antennaOutstanding, results, resultsMissing, spoolEntries, spoolBytes,
                spoolBytesLimit, fallback,
            ]
        ),
        Section(title: "Relay", metrics: [relayPublished, relayResults, relayExpired, relayOutstanding]),
        Section(title: "Models", metrics: [modelLoadSeconds]),
        Section(
            title: "Process",
            metrics: [residentBytes, openDescriptors, maxDescriptors, cpuSeconds, startTime, droppedOutput]
        ),
    ]

    /// All metrics.
    static let all = sections.flatMap(\.metrics)

    /// The metric of a name.
    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

// MARK: The worker and its tasks

extension MetricCatalogue {
    static let info = MetricDescription(
        "antenna_worker_info",
        .gauge,
        "Always 1; which worker this is.",
        labels: ["version", "role"],
        labelValues: "role: run, fetch, infer, relay, demo"
    )

    static let ready = MetricDescription(
        "antenna_worker_ready",
        .gauge,
        "1 when /readyz answers 200, else 0."
    )

    static let readiness = MetricDescription(
        "antenna_worker_readiness",
        .gauge,
        "1 when what is named is as it should be, else 0; all of them together make the worker ready.",
        labels: ["check"],
        labelValues:
            "check: models, antenna, registration, results, broker, redis, draining, as far as the role has them"
    )

    static let draining = MetricDescription(
        "antenna_worker_draining",
        .gauge,
        "1 once the worker was told to stop and finishes what it has in hand."
    )

    static let paused = MetricDescription(
        "antenna_worker_paused",
        .gauge,
        "1 while SIGUSR1 keeps the worker from taking tasks."
    )

    static let tasks = MetricDescription(
        "antenna_worker_tasks_total",
        .counter,
        "Tasks that were settled, by how. Not the fetch role's.",
        labels: ["outcome"],
        labelValues: "outcome: succeeded, failed (answered with an error result), given_back, unsettled"
    )

    static let insects = MetricDescription(
        "antenna_worker_insects_total",
        .counter,
        "Insects found."
    )

    static let damagedImages = MetricDescription(
        "antenna_worker_damaged_images_total",
        .counter,
        "Images that were taken although a part of them is missing or wrong (images.damaged = accept)."
    )

    static let preparedTasks = MetricDescription(
        "antenna_worker_prepared_tasks_total",
        .counter,
        "Tasks of the fetch role, by how they ended.",
        labels: ["outcome"],
        labelValues: "outcome: prepared, passed_without_pixels, failed"
    )

    static let tasksInHand = MetricDescription(
        "antenna_worker_tasks_in_hand",
        .gauge,
        "Tasks taken from the source and not yet settled."
    )

    static let tasksInHandLimit = MetricDescription(
        "antenna_worker_tasks_in_hand_limit",
        .gauge,
        "The most tasks the worker takes in hand."
    )
}

// MARK: Time, progress and memory

extension MetricCatalogue {
    static let stageSeconds = MetricDescription(
        "antenna_worker_stage_seconds",
        .histogram,
        "How long images spent in each stage. Those of prepare, detect and classify are an image's share of its batch's.",
        labels: ["stage"],
        labelValues: "stage: queue, fetch, admit, decode, batch_wait, prepare, detect, classify, encode, publish",
        buckets: [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
        ]
    )

    static let runtimeSeconds = MetricDescription(
        "antenna_worker_inference_runtime_seconds_total",
        .counter,
        "Time inside ONNX Runtime, summed over batches and devices."
    )

    static let batchImages = MetricDescription(
        "antenna_worker_batch_images",
        .histogram,
        "Images in each batch that went through a detector.",
        buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256]
    )

    static let partTasks = MetricDescription(
        "antenna_worker_part_tasks",
        .gauge,
        "Tasks in each part of the way now.",
        labels: ["part"],
        labelValues: "part: image (cache, fetch, decode), inference (batch included), settlement (publish, acknowledge)"
    )

    static let partStalledSeconds = MetricDescription(
        "antenna_worker_part_stalled_seconds",
        .gauge,
        "How long a part has held tasks without letting one go; 0 while it moves, is empty or waits for a service that is away.",
        labels: ["part"],
        labelValues: "part: image, inference, settlement, runtime (the process itself)"
    )

    static let stallAfterSeconds = MetricDescription(
        "antenna_worker_stall_after_seconds",
        .gauge,
        "The stall after which a part fails /livez and the process ends; 0 when that is switched off.",
        labels: ["part"],
        labelValues: "as above"
    )

    static let pixelBytes = MetricDescription(
        "antenna_worker_pixels_in_flight_bytes",
        .gauge,
        "Bytes of decoded pixels that tasks hold, and what the memory cache keeps."
    )

    static let pixelBytesLimit = MetricDescription(
        "antenna_worker_pixels_in_flight_limit_bytes",
        .gauge,
        "The budget for decoded pixels."
    )
}

// MARK: What the worker depends on

extension MetricCatalogue {
    static let cacheRequests = MetricDescription(
        "antenna_worker_cache_requests_total",
        .counter,
        "Questions to the tensor cache.",
        labels: ["cache", "outcome"],
        labelValues: "cache: redis, memory; outcome: hit, miss"
    )

    static let cacheStores = MetricDescription(
        "antenna_worker_cache_stores_total",
        .counter,
        "Images given to the tensor cache.",
        labels: ["cache", "outcome"],
        labelValues: "cache: redis, memory; outcome: stored, refused"
    )

    static let cacheErrors = MetricDescription(
        "antenna_worker_cache_errors_total",
        .counter,
        "What went wrong with Redis; each is a miss or a refused store as well.",
        labels: ["error"],
        labelValues:
            "error: foreign, wrong_size, checksum, forged, too_many_pixels, out_of_memory, unavailable, timed_out, "
            + "connection, breaker_open, no_pixel_memory, refused"
    )

    static let cacheBytes = MetricDescription(
        "antenna_worker_cache_memory_bytes",
        .gauge,
        "Bytes of pixels that the memory cache keeps."
    )

    static let cacheAvailable = MetricDescription(
        "antenna_worker_redis_up",
        .gauge,
        "1 when Redis kept and gave back a small value the last time, which is tried every few seconds."
    )

    static let brokerConnected = MetricDescription(
        "antenna_worker_broker_connected",
        .gauge,
        "1 while the connection to RabbitMQ is logged in.",
        labels: ["connection"],
        labelValues: "connection: consuming, publishing"
    )

    static let brokerBlocked = MetricDescription(
        "antenna_worker_broker_blocked",
        .gauge,
        "1 while RabbitMQ takes no publishes because of an alarm.",
        labels: ["connection"],
        labelValues: "connection: consuming, publishing"
    )

    static let brokerReconnects = MetricDescription(
        "antenna_worker_broker_reconnects_total",
        .counter,
        "Connections to RabbitMQ that were lost; each is made again.",
        labels: ["connection"],
        labelValues: "connection: consuming, publishing"
    )

    static let brokerOutstanding = MetricDescription(
        "antenna_worker_broker_deliveries",
        .gauge,
        "Deliveries in hand that are not acknowledged."
    )

    static let brokerHeld = MetricDescription(
        "antenna_worker_broker_results_held",
        .gauge,
        "Results that no queue takes, held with their tasks until one does or the tasks go to the dead letters."
    )

    static let brokerSettlements = MetricDescription(
        "antenna_worker_broker_settlements_total",
        .counter,
        "Deliveries by how they ended.",
        labels: ["outcome"],
        labelValues:
            "outcome: answered, passed_on, given_back, dead_lettered, recognised (its result was out already), "
            + "stale (acknowledged too late)"
    )

    static let brokerRedeliveries = MetricDescription(
        "antenna_worker_broker_redeliveries_total",
        .counter,
        "Deliveries of tasks that had been delivered before, to this worker or another."
    )

    static let queueMessages = MetricDescription(
        "antenna_worker_queue_messages",
        .gauge,
        "Messages ready in a queue, looked up every few seconds while somebody scrapes or watches.",
        labels: ["kind", "pipeline"],
        labelValues: "kind: tasks, ready, dead; pipeline: those of this worker"
    )

    static let antennaReachable = MetricDescription(
        "antenna_worker_antenna_reachable",
        .gauge,
        "1 when Antenna's API answered the last call, 0 when that failed."
    )

    static let antennaJobs = MetricDescription(
        "antenna_worker_antenna_jobs",
        .gauge,
        "Jobs that Antenna lists for this worker's pipelines, or did.",
        labels: ["state"],
        labelValues:
            "state: open, forbidden (the token's user may not take its tasks), unregistered (its results would be dropped)"
    )

    static let antennaOutstanding = MetricDescription(
        "antenna_worker_antenna_tasks_reserved",
        .gauge,
        "Tasks reserved at Antenna and not settled."
    )

    static let results = MetricDescription(
        "antenna_worker_results_total",
        .counter,
        "Results for Antenna's API.",
        labels: ["outcome"],
        labelValues: "outcome: posted, spooled (kept on disk; posted later, and counted again), refused, "
            + "repeated (given again to a task that was delivered again; counted as posted, too)"
    )

    static let resultsMissing = MetricDescription(
        "antenna_worker_results_missing",
        .gauge,
        "Results that Antenna accepted minutes ago and has not saved."
    )

    static let spoolEntries = MetricDescription(
        "antenna_worker_spool_results",
        .gauge,
        "Results on disk that wait to be posted."
    )

    static let spoolBytes = MetricDescription(
        "antenna_worker_spool_bytes",
        .gauge,
        "Bytes of results on disk that wait to be posted."
    )

    static let spoolBytesLimit = MetricDescription(
        "antenna_worker_spool_limit_bytes",
        .gauge,
        "The most the spool may hold."
    )

    static let fallback = MetricDescription(
        "antenna_worker_fallback_active",
        .gauge,
        "1 while tasks come over REST because RabbitMQ is away (--source auto)."
    )
}

// MARK: Relay, models and process

extension MetricCatalogue {
    static let relayPublished = MetricDescription(
        "antenna_worker_relay_tasks_published_total",
        .counter,
        "Tasks that the relay put into the queues."
    )

    static let relayResults = MetricDescription(
        "antenna_worker_relay_results_total",
        .counter,
        "Results that came back to the relay.",
        labels: ["outcome"],
        labelValues: "outcome: posted, duplicate (posted before), refused (with the dead letters)"
    )

    static let relayExpired = MetricDescription(
        "antenna_worker_relay_leases_expired_total",
        .counter,
        "Tasks whose lease ended before the fleet had answered."
    )

    static let relayOutstanding = MetricDescription(
        "antenna_worker_relay_tasks",
        .gauge,
        "Tasks in the queues whose answer this relay waits for."
    )

    static let modelLoadSeconds = MetricDescription(
        "antenna_worker_model_load_seconds",
        .gauge,
        "How long loading a pipeline onto a device took, its warm-up included.",
        labels: ["pipeline", "device"],
        labelValues: "pipeline, device: those of this worker"
    )

    static let residentBytes = MetricDescription(
        "process_resident_memory_bytes",
        .gauge,
        "Resident memory of the process."
    )

    static let openDescriptors = MetricDescription(
        "process_open_fds",
        .gauge,
        "Open file descriptors."
    )

    static let maxDescriptors = MetricDescription(
        "process_max_fds",
        .gauge,
        "The most file descriptors the process may open."
    )

    static let droppedOutput = MetricDescription(
        "antenna_worker_output_dropped_total",
        .counter,
        "Messages of the log, and other lines beside the work, that nobody took: a full disk, a reader that has gone or stands still.",
        labels: ["output"],
        labelValues: "output: stdout, stderr"
    )

    static let cpuSeconds = MetricDescription(
        "process_cpu_seconds_total",
        .counter,
        "Processor time of the process, user and system."
    )

    static let startTime = MetricDescription(
        "process_start_time_seconds",
        .gauge,
        "When the process started, in seconds since 1970."
    )
}
