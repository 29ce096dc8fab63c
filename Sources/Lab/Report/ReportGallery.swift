import Foundation
import Worker

/// The pictures of one page: a gallery of its insects by label, the surest first, and its images.
struct ReportGallery {
    /// An insect as a tile.
    private struct Tile {
        let image: Int
        let box: Int
        let percent: Int
        let html: String
    }

    private(set) var imageCount = 0
    private var tiles: [Int: [Tile]] = [:]
    private var names: [Int: String] = [:]
    private var figures = ""

    /// Takes an image.
    ///
    /// - Parameters:
    ///   - image: The image.
    ///   - position: Its place among those of all pages.
    ///   - labels: The number of each box's label.
    ///   - original: The way to its file from the page.
    mutating func add(_ image: ReportImage, position: Int, labels: [Int], original: String?) {
        imageCount += 1
        figures += ReportFigure(image: image, position: position, labels: labels, original: original).html
        for (index, (box, label)) in zip(image.boxes, labels).enumerated() {
            guard index < image.pictures.tiles.count, let tile = image.pictures.tiles[index] else { continue }
            names[label] = box.label
            let percent = box.score == nil ? "" : "\(box.percent)%"
            let html = """
                <li><button type="button" data-image="\(position)" data-box="\(index)" data-score="\(box.percent)">\
                <img loading="lazy" decoding="async" width="120" height="120" \
                alt="\(box.label.htmlEscaped) \(percent), \(image.name.htmlEscaped)" src="\(tile.dataAddress)">\
                <span aria-hidden="true">\(percent)</span></button></li>
                """
            tiles[label, default: []].append(Tile(image: position, box: index, percent: box.percent, html: html))
        }
    }

    /// The sections.
    var html: String {
        let ranked = tiles.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        let sections = ranked.map { label, tiles in
            let sorted = tiles.sorted { ($1.percent, $0.image, $0.box) < ($0.percent, $1.image, $1.box) }
            return """
                <section class="label l\(label)" data-label="\(label)"><h3><i class="dot"></i><span>\((names[label] ?? "").htmlEscaped)</span> \
                <small>\(tiles.count)</small></h3>
                <ul class="tiles">\(sorted.map(\.html).joined(separator: "\n"))</ul></section>
                """
        }
        return """
            <div id="insects"><h2 class="hidden">Insects by label</h2>
            \(sections.joined(separator: "\n"))
            <p class="nothing" hidden>None of what is asked for is on this page.</p></div>
            <section id="images"><h2>Images <small class="shown"></small></h2>
            <div class="figures\(imageCount <= 2 ? " wide" : "")">
            \(figures)</div></section>

            """
    }
}
