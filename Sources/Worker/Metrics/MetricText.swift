import Telemetry

/// Writes metrics in Prometheus' text format: families in the order of the catalogue, each with its help and type.
struct MetricText {
    private var lines: [String: [String]] = [:]

    /// Adds one value.
    mutating func add(_ sample: MetricSample) {
        add("\(sample.name)\(Self.braces(sample.labels)) \(Self.number(sample.value))", to: sample.name)
    }

    /// Adds one histogram.
    mutating func add(_ series: MetricSeries, _ contents: FixedHistogram.Contents) {
        let (name, labels) = (series.name, series.pairs)
        var total = 0
        for (bound, count) in zip(contents.bounds + [.infinity], contents.counts) {
            total += count
            add("\(name)_bucket\(Self.braces(labels + [("le", Self.number(bound))])) \(total)", to: name)
        }
        add("\(name)_sum\(Self.braces(labels)) \(Self.number(contents.sum))", to: name)
        add("\(name)_count\(Self.braces(labels)) \(total)", to: name)
    }

    /// Everything that was added.
    var rendered: String {
        var text = ""
        for metric in MetricCatalogue.all {
            guard let lines = lines[metric.name] else { continue }
            text +=
                "# HELP \(metric.name) \(Self.escaped(metric.help))\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for line in lines { text += line + "\n" }
        }
        return text
    }

    private mutating func add(_ line: String, to name: String) {
        lines[name, default: []].append(line)
    }

    private static func braces(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    /// A number as Prometheus reads it; whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int(exactly: value) { return "\(whole)" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
