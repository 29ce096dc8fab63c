import Worker

/// The insects of a run: their tiles lie in a file, and in memory is what sorting needs, 24 bytes each.
struct ReportTiles: Sendable {
    /// An insect with a tile.
    struct Entry: Sendable {
        fileprivate let offset: Int
        /// How sure its name is; where nobody has judged, somebody was sure.
        let score: Double
        /// The number of its label.
        let label: Int32
        fileprivate let count: Int32
    }

    /// Where the file lies.
    let path: String
    private var file: UnfinishedFile?
    private var size = 0
    private var entries: [Entry] = []

    /// Has none yet, and makes no file before there is one.
    init(path: String) {
        self.path = path
    }

    /// Takes the next insect.
    ///
    /// - Parameters:
    ///   - html: Its tile.
    ///   - label: The number of its label.
    ///   - score: How sure its name is.
    /// - Throws: `CommandFailure` when it cannot be written.
    mutating func add(_ html: String, label: Int, score: Double?) throws(CommandFailure) {
        let bytes = Array(html.utf8)
        if file == nil { file = try UnfinishedFile(path) }
        try file?.append(bytes)
        entries.append(
            Entry(offset: size, score: score ?? 1, label: Int32(label), count: Int32(bytes.count))
        )
        size += bytes.count
    }

    /// All of them by label, and in a label the surest first; equals in the order in which they came.
    ///
    /// - Parameter ranking: The labels' numbers in their order.
    /// - Returns: The insects.
    func sorted(by ranking: [Int]) -> [Entry] {
        var places = [Int](repeating: 0, count: ranking.count)
        for (place, label) in ranking.enumerated() { places[label] = place }
        return entries.sorted {
            (places[Int($0.label)], $1.score, $0.offset) < (places[Int($1.label)], $0.score, $1.offset)
        }
    }

    /// Reads the tiles of some insects one by one.
    ///
    /// - Throws: `CommandFailure` when they cannot be read; what `body` throws.
    func forEach(
        _ entries: some Sequence<Entry>,
        _ body: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        guard let file else { return }
        let input = try InputFile(file.temporary.path)
        for entry in entries { try body(try input.read(Int(entry.count), at: entry.offset)) }
    }
}
