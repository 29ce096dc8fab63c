/// The labels of a run by how often they occur, each with a colour of its own.
struct LabelColours {
    /// Colours that stay apart on a pale sheet and on dark wings, for most kinds of colour vision.
    private static let palette = [
        "#0090ff", "#ff7a1a", "#17b26a", "#d6336c", "#8e5cf7", "#b58900", "#00a3a3", "#e5484d", "#5b7083", "#c026d3",
    ]

    /// Labels and their counts, the most frequent first, equals in alphabetical order.
    let ranked: [(label: String, count: Int)]
    private let colours: [String: String]

    init(_ labels: [String]) {
        let counts = labels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        self.ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
        self.colours = ranked.enumerated().reduce(into: [:]) { colours, entry in
            colours[entry.element.label] = Self.palette[entry.offset % Self.palette.count]
        }
    }

    /// The colour of a label.
    func colour(of label: String) -> String {
        colours[label] ?? Self.palette[0]
    }
}
