import CoreMetrics
import Synchronization
import Telemetry

/// All metrics of the process: the backend of swift-metrics, and the gauges that are read where their state is kept.
///
/// Counters and histograms are instruments that are made once, with their labels; to use one is an atomic addition. A metric that the catalogue
/// does not have is not kept: no library adds series unasked.
package final class MetricRegistry: Sendable {
    private struct State {
        var counters = SeriesTable<CounterInstrument>()
        var numbers = SeriesTable<GaugeInstrument>()
        var histograms = SeriesTable<HistogramInstrument>()
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
        for (series, instrument) in state.withLock(\.histograms.entries) {
            text.add(series, instrument.contents)
        }
        return text.rendered
    }

    /// Counters and gauges as they are now.
    func samples() -> [MetricSample] {
        let (counters, numbers, collectors) = state.withLock { ($0.counters, $0.numbers, $0.collectors) }
        return collectors.flatMap { $0() }
            + counters.entries.map { MetricSample(name: $0.name, labels: $0.pairs, value: $1.value) }
            + numbers.entries.map { MetricSample(name: $0.name, labels: $0.pairs, value: $1.value) }
    }

    /// Histograms of a name as they are now.
    func histograms(of name: String) -> [(series: MetricSeries, contents: FixedHistogram.Contents)] {
        state.withLock(\.histograms.entries).filter { $0.series.name == name }.map {
            ($0.series, $0.instrument.contents)
        }
    }

    private func number(_ label: String, _ dimensions: [(String, String)]) -> GaugeInstrument {
        guard MetricCatalogue.byName[label] != nil else { return GaugeInstrument() }
        let series = MetricSeries(name: label, dimensions: dimensions)
        return state.withLock { $0.numbers.instrument(of: series) { GaugeInstrument() } }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramInstrument {
        guard let metric = MetricCatalogue.byName[label] else { return HistogramInstrument(bounds: []) }
        let series = MetricSeries(name: label, dimensions: dimensions)
        return state.withLock { $0.histograms.instrument(of: series) { HistogramInstrument(bounds: metric.buckets) } }
    }
}

extension MetricRegistry: MetricsFactory {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard MetricCatalogue.byName[label] != nil else { return CounterInstrument() }
        let series = MetricSeries(name: label, dimensions: dimensions)
        return state.withLock { $0.counters.instrument(of: series) { CounterInstrument() } }
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

    func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
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
