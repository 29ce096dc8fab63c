package import Telemetry

/// The metrics of the tensor cache.
package enum CacheMetrics {
    package static let requests = Metric(
        "antenna_worker_cache_requests_total",
        .counter,
        "Questions to the tensor cache.",
        labels: ["cache", "outcome"],
        labelValues: "cache: redis, memory; outcome: hit, miss"
    )

    package static let stores = Metric(
        "antenna_worker_cache_stores_total",
        .counter,
        "Images given to the tensor cache.",
        labels: ["cache", "outcome"],
        labelValues: "cache: redis, memory; outcome: stored, refused"
    )

    package static let errors = Metric(
        "antenna_worker_cache_errors_total",
        .counter,
        "What went wrong with Redis; each is a miss or a refused store as well.",
        labels: ["error"],
        labelValues:
            "error: foreign, wrong_size, checksum, forged, too_many_pixels, out_of_memory, unavailable, timed_out, "
            + "connection, breaker_open, no_pixel_memory, refused"
    )

    package static let bytes = Metric(
        "antenna_worker_cache_memory_bytes",
        .gauge,
        "Bytes of pixels that the memory cache keeps."
    )

    package static let redisUp = Metric(
        "antenna_worker_redis_up",
        .gauge,
        "1 when Redis kept and gave back a small value the last time, which is tried every few seconds."
    )
}
