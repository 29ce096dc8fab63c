import Metrics
import Synchronization

/// A counter that can be read: what it tells the metrics system it also keeps for whoever asks this very one.
///
/// swift-metrics only takes what it is told. A summary at the end of a run, the log and the tests want to know what *their* queue, cache or
/// worker has done, whatever backend there is and however many of a kind are in the process.
package final class Tally: Sendable {
    private let count = Atomic(0)
    private let counter: Counter

    init(_ counter: Counter) {
        self.counter = counter
    }

    /// The count up to now.
    package var value: Int { count.load(ordering: .relaxed) }

    /// Counts; an atomic addition here and one in the backend.
    package func add(_ amount: Int = 1) {
        count.add(amount, ordering: .relaxed)
        counter.increment(by: amount)
    }
}
