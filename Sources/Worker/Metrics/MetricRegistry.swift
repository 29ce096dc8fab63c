import CoreMetrics
import Metrics
import Synchronization

/// All metrics of the process: the backend of swift-metrics, and what is read from elsewhere at a scrape.
///
/// Durations and sizes are observed by instruments that are made once; what somebody counts anyway is read when it is asked for, so
/// that the way of an image pays nothing for it. Labels that the catalogue does not have are not kept.
package final class MetricRegistry: Sendable {
    /// A series: which metric, and the values of its labels.
    struct Series: Sendable, Hashable {
        let name: String
        let labels: [Label]

        struct Label: Sendable, Hashable {
            let name: String
            let value: String
        }
    }

    private struct State {
        var numbers: [Series: NumberInstrument] = [:]
        var histograms: [Series: HistogramInstrument] = [:]
        var collectors: [MetricCollector] = []
    }

    /// The registry that swift-metrics' instruments of this process report to.
    package static let process: MetricRegistry = {
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    private let state = Mutex(State())

    /// Has `collector` asked at every scrape, for as long as the process lives.
    func collect(_ collector: @escaping MetricCollector) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// All metrics in Prometheus' text format.
    func scrape() -> String {
        var text = MetricText()
        for sample in samples() {
            text.add(sample)
        }
        for (series, instrument) in state.withLock(\.histograms) {
            text.add(series, instrument.contents, bounds: instrument.bounds)
        }
        return text.rendered
    }

    /// Counters and gauges as they are now.
    func samples() -> [MetricSample] {
        let (numbers, collectors) = state.withLock { ($0.numbers, $0.collectors) }
        return collectors.flatMap { $0() }
            + numbers.map { MetricSample(name: $0.name, labels: $0.pairs, value: $1.value) }
    }

    /// Histograms of a name as they are now.
    func histograms(of name: String) -> [(Series, HistogramInstrument)] {
        state.withLock(\.histograms).filter { $0.key.name == name }
    }

    private func number(_ label: String, _ dimensions: [(String, String)]) -> NumberInstrument {
        guard MetricCatalogue.byName[label] != nil else { return NumberInstrument() }
        let series = Series(name: label, dimensions: dimensions)
        return state.withLock { state in
            if let known = state.numbers[series] { return known }
            let new = NumberInstrument()
            state.numbers[series] = new
            return new
        }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramInstrument {
        guard let description = MetricCatalogue.byName[label] else { return HistogramInstrument(bounds: []) }
        let series = Series(name: label, dimensions: dimensions)
        return state.withLock { state in
            if let known = state.histograms[series] { return known }
            let new = HistogramInstrument(bounds: description.buckets)
            state.histograms[series] = new
            return new
        }
    }
}

extension MetricRegistry: MetricsFactory {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        number(label, dimensions)
    }

    func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        number(label, dimensions)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        number(label, dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : number(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    // Series stay for the life of the process: a counter that vanishes and starts anew reads as a restart.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

extension MetricRegistry.Series {
    init(name: String, dimensions: [(String, String)]) {
        self.init(name: name, labels: dimensions.map { Label(name: $0, value: $1) })
    }

    var pairs: [(String, String)] { labels.map { ($0.name, $0.value) } }
}
