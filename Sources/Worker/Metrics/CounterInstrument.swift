import CoreMetrics
import Synchronization

/// One series of a counter of whole numbers: to count is one atomic addition.
final class CounterInstrument: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Double { Double(count.load(ordering: .relaxed)) }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}
