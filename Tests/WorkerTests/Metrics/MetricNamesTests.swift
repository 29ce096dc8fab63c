import Telemetry
import TestSupport
import Testing

@testable import Worker

/// An alert on a metric that nobody has never comes, and a panel of it stays empty; Prometheus does not mind.
@Suite("Names of metrics in files")
struct MetricNamesTests {
    /// What Prometheus adds to every series.
    private static let scrapeLabels: Set = ["instance", "job", "le"]

    @Test("every metric in alerts and dashboards is in the catalogue, with the labels it is asked by")
    func names() throws {
        let files = try PackageFiles.texts(at: "compose/prometheus", "compose/grafana", "docs", "deploy")
        var count = 0
        for (file, text) in files where !file.hasSuffix("docs/metrics.md") {
            for match in text.replacing("\\\"", with: "\"").matches(of: /(antenna_worker_[a-z0-9_]+)(?:\{([^}]*)\})?/) {
                count += 1
                let name = String(match.output.1)
                guard let metric = Self.metric(name) else {
                    Issue.record("\(file) names \(name), which nobody measures")
                    continue
                }
                let known = Self.scrapeLabels.union(metric.labels)
                for label in (match.output.2 ?? "").matches(of: /([a-z_]+)\s*(?:=~|!~|!=|=)/).map(\.output.1) {
                    #expect(known.contains(String(label)), "\(file): \(name) has no label \(label)")
                }
            }
        }
        #expect(count > 50)
    }

    @Test("every metric of the catalogue is declared once and measured by somebody")
    func measured() throws {
        let sources = try PackageFiles.texts(at: "Sources").filter { $0.key.hasSuffix(".swift") }
        var names: [String] = []
        for (path, text) in sources {
            let group = path.split(separator: "/").last?.dropLast(".swift".count) ?? ""
            for (_, property, name) in text.matches(of: /static let ([A-Za-z]+) = Metric\(\s*"([a-z0-9_]+)"/).map(
                \.output
            ) {
                names.append(String(name))
                let uses = ["tally", "timeTally", "timer", "recorder", "gauge", "sample"].map {
                    "\(group).\(property).\($0)("
                }
                let isUsed = sources.values.contains { text in uses.contains { text.contains($0) } }
                #expect(isUsed, "nobody measures \(name)")
            }
        }
        #expect(names.sorted() == MetricCatalogue.all.map(\.name).sorted())
    }

    private static func metric(_ name: String) -> Metric? {
        if let metric = MetricCatalogue.byName[name] { return metric }
        for part in ["_bucket", "_sum", "_count"] where name.hasSuffix(part) {
            let metric = MetricCatalogue.byName[String(name.dropLast(part.count))]
            return metric?.kind == .histogram ? metric : nil
        }
        return nil
    }
}
