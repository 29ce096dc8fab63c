import Worker

/// Two measurements beside each other.
package struct BenchComparison {
    private let a: BenchReport
    private let b: BenchReport

    package init(_ a: BenchReport, _ b: BenchReport) {
        self.a = a
        self.b = b
    }

    /// A line a figure; stages that only one of them has are left out.
    package var text: String {
        var rows = [
            row("\(b.unit)s/s", a.imagesPerSecond, b.imagesPerSecond, digits: 1),
            row("CPU ms/\(b.unit)", a.cpuSecondsPerImage * 1_000, b.cpuSecondsPerImage * 1_000, digits: 4),
            row("peak memory MB", Double(a.peakRSSBytes) / 1e6, Double(b.peakRSSBytes) / 1e6, digits: 0),
        ]
        for (name, first) in a.stages.sorted(by: { $0.key < $1.key }) {
            guard let second = b.stages[name] else { continue }
            rows.append(row("\(name) p50 ms", first.p50 * 1_000, second.p50 * 1_000, digits: 3))
            rows.append(row("\(name) p99 ms", first.p99 * 1_000, second.p99 * 1_000, digits: 3))
        }
        let note = a.benchmark == b.benchmark ? [] : ["A measured \(a.benchmark), B \(b.benchmark)."]
        return (note + ["\(TextTable(header: ["", "A", "B", "B/A"], rows: rows))"]).joined(separator: "\n")
    }

    private func row(_ name: String, _ a: Double, _ b: Double, digits: Int) -> [String] {
        let ratio = a > 0 ? BenchReport.decimal(b / a, 3) : "–"
        return [name, BenchReport.decimal(a, digits), BenchReport.decimal(b, digits), ratio]
    }
}
