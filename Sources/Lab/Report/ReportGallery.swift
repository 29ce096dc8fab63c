/// Which insects stand on which page.
///
/// When the first page has room for all insects of a run, they are there. Otherwise it shows the surest of each label, and further pages
/// show all: the most frequent label first, and in each label the surest first.
struct ReportGallery {
    /// Some insects of a label that stand together on a page.
    struct Section {
        let label: Int
        /// The surest first.
        let entries: ArraySlice<ReportTiles.Entry>
        /// The place of the first one among those of its label, from 1.
        let first: Int
        /// The page that has the label's surest, where this section has not all of them.
        var home: Int?
    }

    /// Tiles in a page: with more, no browser likes it.
    static let tilesPerPage = 1_000
    /// The most of a label on the first page, where not all have room there.
    static let surestPerLabel = 24

    /// How many insects there are.
    let count: Int
    /// What the first page shows.
    let overview: [Section]
    /// The further pages.
    let pages: [[Section]]

    /// Lays them out.
    ///
    /// - Parameters:
    ///   - entries: By label, and in a label the surest first.
    ///   - tilesPerPage: The most on a page.
    init(_ entries: [ReportTiles.Entry], tilesPerPage: Int = tilesPerPage) {
        count = entries.count
        let labels = Self.labels(entries[...])
        guard entries.count > tilesPerPage else {
            overview = labels.map { Section(label: Int($0[$0.startIndex].label), entries: $0, first: 1) }
            pages = []
            return
        }
        let starts = Dictionary(uniqueKeysWithValues: labels.map { ($0[$0.startIndex].label, $0.startIndex) })
        pages = stride(from: 0, to: entries.count, by: tilesPerPage).map { start in
            Self.labels(entries[start..<min(start + tilesPerPage, entries.count)]).map { part in
                let label = part[part.startIndex].label
                return Section(label: Int(label), entries: part, first: part.startIndex - (starts[label] ?? 0) + 1)
            }
        }
        let share = Self.share(of: labels.map(\.count), in: tilesPerPage)
        overview = labels.prefix(tilesPerPage).map { entries in
            Section(
                label: Int(entries[entries.startIndex].label),
                entries: entries.prefix(share),
                first: 1,
                home: entries.count > share ? entries.startIndex / tilesPerPage : nil
            )
        }
    }

    /// Cuts where the label changes.
    private static func labels(_ entries: ArraySlice<ReportTiles.Entry>) -> [ArraySlice<ReportTiles.Entry>] {
        var parts: [ArraySlice<ReportTiles.Entry>] = []
        var start = entries.startIndex
        for index in entries.indices {
            let next = index + 1
            guard next == entries.endIndex || entries[next].label != entries[index].label else { continue }
            parts.append(entries[start...index])
            start = next
        }
        return parts
    }

    /// How many of each label have room together; one of each where there are too many labels.
    private static func share(of counts: [Int], in room: Int) -> Int {
        (1...surestPerLabel).last { share in counts.reduce(0) { $0 + min($1, share) } <= room } ?? 1
    }
}
