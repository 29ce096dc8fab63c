import CoreMetrics
import Telemetry

/// One series of a gauge, or of a counter of fractions.
final class GaugeInstrument: FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    private let number = AtomicNumber()

    var value: Double { number.value }

    func increment(by amount: Double) { number.add(amount) }
    func decrement(by amount: Double) { number.add(-amount) }
    func set(_ value: Int64) { number.set(Double(value)) }
    func set(_ value: Double) { number.set(value) }
    func record(_ value: Int64) { number.set(Double(value)) }
    func record(_ value: Double) { number.set(value) }
    func reset() { number.set(0) }
}
