/// A value of a counter or a gauge at the moment of a scrape.
package struct MetricSample: Sendable {
    /// The metric.
    package let name: String
    /// Its labels with their values.
    package let labels: [(String, String)]
    /// Its value now.
    package let value: Double

    /// Takes a value.
    package init(name: String, labels: [(String, String)], value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}
