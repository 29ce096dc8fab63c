import Pipeline
import Synchronization
package import Telemetry

/// Counts of a fetch worker since its start.
package final class FetchStatistics: Sendable {
    /// Tasks whose pixels are in the cache.
    package let prepared = WorkMetrics.preparedTasks.tally("prepared")
    /// Tasks passed on although the cache would not have their pixels.
    package let passedWithoutPixels = WorkMetrics.preparedTasks.tally("passed_without_pixels")
    /// Tasks answered with an error result.
    package let failed = WorkMetrics.preparedTasks.tally("failed")
    private let waits = Atomic(0)

    /// Starts at zero.
    package init() {}

    /// Tasks that were passed on or answered.
    package var settled: Int { prepared.value + passedWithoutPixels.value + failed.value }

    /// Seconds that pixels waited for the cache.
    package var waitsForCache: Int { waits.load(ordering: .relaxed) }

    func waitedForCache() {
        waits.add(1, ordering: .relaxed)
    }
}
