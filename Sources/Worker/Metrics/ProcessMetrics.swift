import Telemetry

/// The metrics of the process: memory, processor time, descriptors.
enum ProcessMetrics {
    static let residentBytes = Metric(
        "process_resident_memory_bytes",
        .gauge,
        "Resident memory of the process."
    )

    static let openDescriptors = Metric(
        "process_open_fds",
        .gauge,
        "Open file descriptors."
    )

    static let maxDescriptors = Metric(
        "process_max_fds",
        .gauge,
        "The most file descriptors the process may open."
    )

    static let cpuSeconds = Metric(
        "process_cpu_seconds_total",
        .counter,
        "Processor time of the process, user and system."
    )

    static let startTime = Metric(
        "process_start_time_seconds",
        .gauge,
        "When the process started, in seconds since 1970."
    )

    static let droppedOutput = Metric(
        "antenna_worker_output_dropped_total",
        .counter,
        "Messages of the log, and other lines beside the work, that nobody took: a full disk, a reader that has gone or stands still.",
        labels: ["output"],
        labelValues: "output: stdout, stderr"
    )
}
