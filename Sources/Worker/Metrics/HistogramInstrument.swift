import CoreMetrics
import Telemetry

/// One series of a histogram; a timer's is in seconds.
final class HistogramInstrument: TimerHandler, RecorderHandler {
    private let histogram: FixedHistogram

    init(bounds: [Double]) {
        histogram = FixedHistogram(bounds: bounds)
    }

    var contents: FixedHistogram.Contents { histogram.contents }

    func record(_ value: Int64) { histogram.record(Double(value)) }
    func record(_ value: Double) { histogram.record(value) }
    func recordNanoseconds(_ duration: Int64) { histogram.record(Double(duration) * 1e-9) }
}
