package import Metrics

/// A metric, declared once, beside what it tells of: its instruments, its help and its documentation come from here.
package struct Metric: Sendable {
    /// How its value changes over time.
    package enum Kind: String, Sendable {
        /// Only grows, until the process ends.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations by their size.
        case histogram
    }

    /// The name with its unit, as Prometheus wants it: base units, counters end in `_total`.
    package let name: String
    /// How its value changes over time.
    package let kind: Kind
    /// A sentence for people.
    package let help: String
    /// The names of its labels, in the order in which values are given.
    package let labels: [String]
    /// The possible values of the labels; together they bound the number of series.
    package let labelValues: String
    /// The upper bounds of a histogram's buckets, rising.
    package let buckets: [Double]

    /// Declares a metric.
    package init(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        labels: [String] = [],
        labelValues: String = "",
        buckets: [Double] = []
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.labelValues = labelValues
        self.buckets = buckets
    }

    /// A counter of it, with a value for each of its labels.
    package func tally(_ values: String...) -> Tally {
        Tally(Counter(label: name, dimensions: dimensions(values)))
    }

    /// A counter of seconds of it, with a value for each of its labels.
    package func timeTally(_ values: String...) -> TimeTally {
        TimeTally(FloatingPointCounter(label: name, dimensions: dimensions(values)))
    }

    /// A histogram of durations, in seconds, with a value for each of its labels.
    package func timer(_ values: String...) -> Metrics.Timer {
        Metrics.Timer(label: name, dimensions: dimensions(values))
    }

    /// A histogram of sizes, with a value for each of its labels.
    package func recorder(_ values: String...) -> Recorder {
        Recorder(label: name, dimensions: dimensions(values))
    }

    /// A gauge that is set when its value becomes known, with a value for each of its labels.
    package func gauge(_ values: String...) -> Gauge {
        Gauge(label: name, dimensions: dimensions(values))
    }

    /// Its value at a scrape, with a value for each of its labels.
    package func sample(_ value: Double, _ values: String...) -> MetricSample {
        MetricSample(name: name, labels: dimensions(values), value: value)
    }

    /// Its value at a scrape, with a value for each of its labels.
    package func sample(_ value: Int, _ values: String...) -> MetricSample {
        MetricSample(name: name, labels: dimensions(values), value: Double(value))
    }

    private func dimensions(_ values: [String]) -> [(String, String)] {
        zip(labels, values).map { ($0, $1) }
    }
}
