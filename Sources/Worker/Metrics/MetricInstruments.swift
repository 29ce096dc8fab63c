import CoreMetrics
import Synchronization

/// One series of a counter or a gauge.
final class NumberInstrument: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)

    var value: Double { number.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { number.withLock { $0 += amount } }
    func decrement(by amount: Double) { number.withLock { $0 -= amount } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func reset() { set(0.0) }
}

/// One series of a histogram; a timer's is in seconds.
final class HistogramInstrument: TimerHandler, RecorderHandler {
    /// What was observed.
    struct Contents: Sendable, Equatable {
        /// Observations in each bucket by itself, the one without an upper bound last.
        var counts: [Int]
        var sum = 0.0
    }

    /// The upper bounds of the buckets, the last one's left out.
    let bounds: [Double]
    private let state: Mutex<Contents>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Contents(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var contents: Contents { state.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        // A dozen bounds are searched sooner one by one than by halves.
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { contents in
            contents.counts[bucket] += 1
            contents.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) * 1e-9) }
}
