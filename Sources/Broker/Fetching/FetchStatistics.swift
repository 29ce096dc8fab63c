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

        /// Tasks that were passed on or answered.
        package var settled: Int { prepared + passedWithoutPixels + failed }
    }

    private let state = Mutex(Counts())
    private let onChange: @Sendable (Counts) -> Void

    /// Starts at zero.
    ///
    /// - Parameter onChange: Called after every change, from any thread; for a progress bar.
    package init(onChange: @escaping @Sendable (Counts) -> Void = { _ in }) {
        self.onChange = onChange
    }

    /// The counts up to now.
    package var counts: Counts { state.withLock { $0 } }

    func count(_ change: (inout Counts) -> Void) {
        let counts = state.withLock { counts in
            change(&counts)
            return counts
        }
        onChange(counts)
    }
}
