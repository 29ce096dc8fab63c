import Synchronization

/// Observations, counted by their size in buckets that are fixed: one is a search among the bounds and two atomic additions, from any thread.
///
/// `@unchecked Sendable`: the memory of the counts is made once, and all that is in it are atomics.
package final class FixedHistogram: @unchecked Sendable {
    /// The observations up to a moment.
    package struct Contents: Sendable {
        /// The upper bounds of the buckets, the last one's left out.
        package let bounds: [Double]
        /// Observations in each bucket by itself, the one without an upper bound last.
        package let counts: [Int]
        /// All observations added up.
        package let sum: Double

        /// How many observations there are.
        package var count: Int { counts.reduce(0, +) }

        /// A value that so large a share of the observations does not exceed, as exactly as the buckets are narrow; 0 when there are none.
        package func quantile(_ share: Double) -> Double {
            let rank = max(1, Int((share * Double(count)).rounded(.up)))
            var seen = 0
            guard
                let bucket = counts.firstIndex(where: {
                    seen += $0; return seen >= rank
                })
            else { return 0 }
            guard bucket < bounds.count else { return bounds.last ?? 0 }
            // The middle by the ratio, as that is what the bounds of durations grow by.
            return bucket == 0 ? bounds[0] : (bounds[bucket - 1] * bounds[bucket]).squareRoot()
        }
    }

    private let bounds: [Double]
    private let counts: UnsafeMutablePointer<Atomic<Int>>
    private let sum = AtomicNumber()

    /// Starts empty.
    ///
    /// - Parameter bounds: The upper bounds of the buckets, rising; above the last one there is a bucket more.
    package init(bounds: [Double]) {
        self.bounds = bounds
        counts = .allocate(capacity: bounds.count + 1)
        for bucket in 0...bounds.count { (counts + bucket).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count + 1)
        counts.deallocate()
    }

    /// Bounds that each are larger than the one before by the same ratio, which is how exact ``Contents/quantile(_:)`` is.
    package static func bounds(from least: Double, to most: Double, ratio: Double) -> [Double] {
        var bounds = [least]
        while let last = bounds.last, last < most { bounds.append(last * ratio) }
        return bounds
    }

    /// The observations up to now.
    package var contents: Contents {
        let counts = (0...bounds.count).map { self.counts[$0].load(ordering: .relaxed) }
        return Contents(bounds: bounds, counts: counts, sum: sum.value)
    }

    /// Adds an observation; one that is no number is none.
    package func record(_ value: Double) {
        guard value.isFinite else { return }
        counts[bucket(of: value)].add(1, ordering: .relaxed)
        sum.add(value)
    }

    /// The first bucket whose bound is not exceeded.
    private func bucket(of value: Double) -> Int {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
