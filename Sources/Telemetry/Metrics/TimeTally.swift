import Metrics
import Synchronization

/// A counter of time that can be read, as ``Tally`` is; the metric is in seconds.
package final class TimeTally: Sendable {
    private let nanoseconds = Atomic<Int64>(0)
    private let counter: FloatingPointCounter

    init(_ counter: FloatingPointCounter) {
        self.counter = counter
    }

    /// The time up to now.
    package var value: Duration { .nanoseconds(nanoseconds.load(ordering: .relaxed)) }

    /// Adds some time.
    package func add(_ duration: Duration) {
        nanoseconds.wrappingAdd(Int64(duration / .nanoseconds(1)), ordering: .relaxed)
        counter.increment(by: duration / .seconds(1))
    }
}
