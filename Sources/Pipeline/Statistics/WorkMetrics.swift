package import Telemetry

/// The metrics of a worker's or a fetch role's tasks and images.
package enum WorkMetrics {
    package static let tasks = Metric(
        "antenna_worker_tasks_total",
        .counter,
        "Tasks that were settled, by how. Not the fetch role's.",
        labels: ["outcome"],
        labelValues: "outcome: succeeded, failed (answered with an error result), given_back, unsettled"
    )

    package static let interactiveTaskSeconds = Metric(
        "antenna_worker_interactive_task_seconds",
        .histogram,
        "How long tasks that somebody waits for took, from when they were taken until they were settled.",
        buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    )

    package static let insects = Metric(
        "antenna_worker_insects_total",
        .counter,
        "Insects found, and those in boxes that came with their task."
    )

    package static let damagedImages = Metric(
        "antenna_worker_damaged_images_total",
        .counter,
        "Images that were taken although a part of them is missing or wrong (images.damaged = accept)."
    )

    package static let preparedTasks = Metric(
        "antenna_worker_prepared_tasks_total",
        .counter,
        "Tasks of the fetch role, by how they ended.",
        labels: ["outcome"],
        labelValues: "outcome: prepared, passed_without_pixels, failed"
    )

    package static let tasksInHand = Metric(
        "antenna_worker_tasks_in_hand",
        .gauge,
        "Tasks taken from the source and not yet settled."
    )

    package static let tasksInHandLimit = Metric(
        "antenna_worker_tasks_in_hand_limit",
        .gauge,
        "The most tasks the worker takes in hand."
    )

    package static let stageSeconds = Metric(
        "antenna_worker_stage_seconds",
        .histogram,
        "How long images spent in each stage. Those of prepare, detect and classify are an image's share of its batch's.",
        labels: ["stage"],
        labelValues: "stage: queue, fetch, admit, decode, batch_wait, prepare, detect, classify, encode, publish",
        buckets: [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
        ]
    )

    package static let runtimeSeconds = Metric(
        "antenna_worker_inference_runtime_seconds_total",
        .counter,
        "Time inside ONNX Runtime, summed over batches and devices."
    )

    package static let batchImages = Metric(
        "antenna_worker_batch_images",
        .histogram,
        "Images in each batch that went through a detector.",
        buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256]
    )

    package static let pixelBytes = Metric(
        "antenna_worker_pixels_in_flight_bytes",
        .gauge,
        "Bytes of decoded pixels that tasks hold, and what the memory cache keeps."
    )

    package static let pixelBytesLimit = Metric(
        "antenna_worker_pixels_in_flight_limit_bytes",
        .gauge,
        "The budget for decoded pixels."
    )
}
