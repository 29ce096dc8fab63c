import Broker
import CoreMetrics
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Worker

@Suite("Metrics in Prometheus' text format")
struct MetricRegistryTests {
    private let registry = MetricRegistry()

    @Test("a histogram's buckets add up, and its sum and count are its own")
    func histogram() throws {
        let timer = Timer(
            label: "antenna_worker_stage_seconds",
            dimensions: [("stage", "decode")],
            factory: registry
        )
        for milliseconds in [0.4, 2, 40, 400_000] { timer.recordNanoseconds(Int64(milliseconds * 1e6)) }
        let page = try PrometheusPage(registry.scrape())
        let buckets = page.samples(of: "antenna_worker_stage_seconds_bucket")
        #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
        #expect(page.value("antenna_worker_stage_seconds_bucket", ["stage": "decode", "le": "0.0005"]) == 1)
        #expect(page.value("antenna_worker_stage_seconds_bucket", ["stage": "decode", "le": "300"]) == 3)
        #expect(page.value("antenna_worker_stage_seconds_bucket", ["stage": "decode", "le": "+Inf"]) == 4)
        #expect(page.value("antenna_worker_stage_seconds_count", ["stage": "decode"]) == 4)
        #expect(page.value("antenna_worker_stage_seconds_sum", ["stage": "decode"]) == 400.0424)
    }

    @Test("an instrument that is made twice is one series, and one that the catalogue does not know is none")
    func identity() throws {
        for _ in 0..<2 {
            Counter(label: "antenna_worker_insects_total", factory: registry).increment(by: 2)
            Counter(label: "somebody_elses_total", factory: registry).increment()
        }
        let page = try PrometheusPage(registry.scrape())
        #expect(page.value("antenna_worker_insects_total") == 4)
        #expect(!registry.scrape().contains("somebody_elses"))
    }

    @Test("what collectors read is shown, escaped where a label holds what the format gives a meaning to")
    func collectors() throws {
        registry.collect {
            [
                BrokerMetrics.queueMessages.sample(3, "tasks", "a\"b\\c\nd"),
                ProcessMetrics.residentBytes.sample(12_345_678_901),
                ProcessMetrics.cpuSeconds.sample(1.5),
            ]
        }
        let page = try PrometheusPage(registry.scrape())
        #expect(page.value("antenna_worker_queue_messages", ["kind": "tasks", "pipeline": "a\"b\\c\nd"]) == 3)
        #expect(registry.scrape().contains("process_resident_memory_bytes 12345678901\n"))
        #expect(page.value("process_cpu_seconds_total") == 1.5)
    }

    @Test("the catalogue names units, ends counters in _total and repeats no name")
    func names() {
        #expect(Set(MetricCatalogue.all.map(\.name)).count == MetricCatalogue.all.count)
        for metric in MetricCatalogue.all {
            #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            #expect(metric.name.hasPrefix("antenna_worker_") || metric.name.hasPrefix("process_"), "\(metric.name)")
            #expect(metric.name.allSatisfy { $0 == "_" || $0.isLowercase }, "\(metric.name)")
            #expect((metric.kind == .histogram) == !metric.buckets.isEmpty, "\(metric.name)")
            #expect(metric.buckets == metric.buckets.sorted(), "\(metric.name)")
            #expect(metric.labels.isEmpty == metric.labelValues.isEmpty, "\(metric.name)")
        }
    }

    @Test(
        "the documentation is what the catalogue says; if not: antenna-worker check --metrics-markdown > docs/metrics.md"
    )
    func documented() throws {
        let committed = try String(contentsOfFile: "\(PackagePaths.root)/docs/metrics.md", encoding: .utf8)
        #expect(committed == MetricsDocument.markdown)
    }
}
