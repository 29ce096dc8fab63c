import Foundation
import Pipeline
import Worker

extension BenchReport {
    /// The figures for people: a table of rates, a table of stages, memory, and the ratio to the reference.
    var text: String {
        var parts = ["\(benchmark): \(runs.count) runs of \(runs.first?.images ?? 0) \(unit)s, \(cores) cores", rates]
        if !stages.isEmpty { parts.append(stageTable) }
        if let engineIdle {
            parts.append("Engine idle \(Self.decimal(100 * engineIdle, 1)) % of the time with something to run")
        }
        parts.append("Peak memory \(peakRSSBytes / 1_000_000) MB")
        if let reference {
            let cpu = cpuSecondsPerImage / reference.cpuSecondsPerImage
            parts.append(
                "Ratio to \(reference.name): \(Self.decimal(reference.ratio, 3))"
                    + (cpu.isFinite ? ", processor time \(Self.decimal(cpu, 3))" : "")
            )
        }
        return parts.joined(separator: "\n\n")
    }

    private var rates: String {
        var rows = [row("median", imagesPerSecond, cpuSecondsPerImage, megapixels: megapixelsPerSecond)]
        rows += [("least", runs.map(\.imagesPerSecond).min()), ("most", runs.map(\.imagesPerSecond).max())]
            .map { name, rate in [name, Self.decimal(rate ?? 0, 1), "", ""] }
        if let reference {
            rows.append(row(reference.name, reference.imagesPerSecond, reference.cpuSecondsPerImage, megapixels: nil))
        }
        let header = ["", "\(unit)s/s", "CPU ms/\(unit)", megapixelsPerSecond == nil ? "" : "MP/s"]
        return "\(TextTable(header: header, rows: rows))"
    }

    private func row(_ name: String, _ rate: Double, _ cpu: Double, megapixels: Double?) -> [String] {
        let megapixels = megapixels.map { Self.decimal($0, 1) } ?? ""
        return [name, Self.decimal(rate, 1), Self.decimal(cpu * 1_000, 4), megapixels]
    }

    private var stageTable: String {
        let order = Stage.allCases.map(\.name)
        let names = stages.keys.sorted {
            (order.firstIndex(of: $0) ?? order.count, $0) < (order.firstIndex(of: $1) ?? order.count, $1)
        }
        let rows = names.compactMap { name in
            stages[name].map { [name, Self.decimal($0.p50 * 1_000, 3), Self.decimal($0.p99 * 1_000, 3)] }
        }
        return "\(TextTable(header: ["stage", "p50 ms", "p99 ms"], rows: rows))"
    }

    /// A number with so many digits after the point.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
