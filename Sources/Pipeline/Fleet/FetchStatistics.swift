import Synchronization

/// What a fetch worker has done since it started.
package final class FetchStatistics: Sendable {
    /// Tasks by how they ended.
    package struct Counts: Sendable, Hashable {
        /// Their pixels are in the cache.
        package var prepared = 0
        /// Passed on although the cache would not have their pixels.
        package var passedWithoutPixels = 0
        /// Answered with an error result.
        package var failed = 0
        /// Seconds that pixels waited for the cache.
        package var waitsForCache = 0
    }

    private let state = Mutex(Counts())

    /// Starts at zero.
    package init() {}

    /// The counts up to now.
    package var counts: Counts { state.withLock { $0 } }

    func count(_ change: (inout Counts) -> Void) {
        state.withLock { change(&$0) }
    }
}
