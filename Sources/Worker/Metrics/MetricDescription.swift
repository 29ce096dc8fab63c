/// A metric, declared once: its name, its help and its documentation come from here.
struct MetricDescription: Sendable {
    /// What its value does over time.
    enum Kind: String, Sendable {
        /// Only grows, until the process ends.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations by their size.
        case histogram
    }

    /// The name with its unit, as Prometheus wants it: base units, counters end in `_total`.
    let name: String
    let kind: Kind
    /// A sentence for people.
    let help: String
    /// The names of its labels, in the order in which values are given.
    let labels: [String]
    /// What the values of the labels can be; together they bound the number of series.
    let labelValues: String
    /// The upper bounds of a histogram's buckets, rising.
    let buckets: [Double]

    init(
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

    /// A value of it, with a value for each of its labels.
    func sample(_ value: Double, _ values: String...) -> MetricSample {
        MetricSample(name: name, labels: zip(labels, values).map { ($0, $1) }, value: value)
    }

    /// A value of it, with a value for each of its labels.
    func sample(_ value: Int, _ values: String...) -> MetricSample {
        MetricSample(name: name, labels: zip(labels, values).map { ($0, $1) }, value: Double(value))
    }
}

/// A value of a counter or a gauge at the moment of a scrape.
struct MetricSample: Sendable {
    let name: String
    let labels: [(String, String)]
    let value: Double
}

/// Reads counters that somebody keeps anyway; asked at every scrape, so it has to be quick and must not wait.
typealias MetricCollector = @Sendable () -> [MetricSample]
