/// A metric with a value for each of its labels.
struct MetricSeries: Sendable, Hashable {
    struct Label: Sendable, Hashable {
        let name: String
        let value: String
    }

    let name: String
    let labels: [Label]

    init(name: String, dimensions: [(String, String)]) {
        self.name = name
        labels = dimensions.map { Label(name: $0, value: $1) }
    }

    var pairs: [(String, String)] { labels.map { ($0.name, $0.value) } }
}
