package import Telemetry

/// Counts of a tensor cache: hits, misses, stores and failures.
package struct CacheStatistics: Sendable {
    /// Images found.
    package let hits: Tally
    /// Images not found, for whatever reason.
    package let misses: Tally
    /// Images stored.
    package let stores: Tally
    /// Images that were not stored, for whatever reason.
    package let refusedStores: Tally

    /// Starts at zero.
    ///
    /// - Parameter cache: Which cache it is, as the metrics' label has it.
    init(_ cache: String) {
        hits = CacheMetrics.requests.tally(cache, "hit")
        misses = CacheMetrics.requests.tally(cache, "miss")
        stores = CacheMetrics.stores.tally(cache, "stored")
        refusedStores = CacheMetrics.stores.tally(cache, "refused")
    }
}
