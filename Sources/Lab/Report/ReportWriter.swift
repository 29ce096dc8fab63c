import Foundation
package import Worker

/// Writes the report of a run: a page that shows what was found, and where not all has room on it, further pages with all insects and
/// all images.
///
/// Each page is complete without anything else, and shows the counts of the whole run. Images come one by one. Their pictures go into files,
/// and from there into pages once all is counted, so that memory holds the pictures of one page and a few numbers of each insect.
package struct ReportWriter: Sendable {
    /// Images in a page: with more, no browser likes it.
    static let imagesPerPage = 100

    private let path: String
    private let originals: RelativePath
    private var tally = ReportTally()
    private var tiles: ReportTiles
    private var figures = ""
    private var figureCount = 0
    /// The images of full pages, closed: a run may have thousands.
    private var parts: [TemporaryFile] = []

    /// Makes the folder, and sees whether a page can be written there.
    ///
    /// - Parameter path: Of the first page.
    /// - Throws: `CommandFailure` that names the file when it, or a folder on the way to it, cannot be written.
    package init(path: String) throws(CommandFailure) {
        self.path = path
        originals = RelativePath(from: path)
        tiles = ReportTiles(path: "\(path).insects")
        let folder = String(PathParts(path).folder)
        do {
            if !folder.isEmpty {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.reason).")
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw CommandFailure("\(path) cannot be written: it is a directory.")
        }
        _ = try UnfinishedFile(path)
    }

    /// Takes the next image.
    ///
    /// - Throws: `CommandFailure` when its pictures cannot be written.
    mutating func add(_ image: ReportImage) throws(CommandFailure) {
        let labels = tally.add(image)
        let position = tally.imageCount
        // A picture that a browser would turn does not fit its boxes.
        let original = image.orientation == 1 ? image.file.map { originals.way(to: $0).urlPath } : nil
        figures += ReportFigure(image: image, position: position, labels: labels, original: original).html
        figureCount += 1
        for (index, label) in labels.enumerated() {
            let tile = ReportTile(image: image, position: position, index: index, label: label, original: original)
            if let html = tile.html { try tiles.add(html, label: label, score: image.boxes[index].score) }
        }
        if figureCount == Self.imagesPerPage { try endPart() }
    }

    /// Writes the pages.
    ///
    /// - Returns: The path of the first one from the root.
    /// - Throws: `CommandFailure` when one cannot be written.
    package mutating func write(_ summary: ReportSummary) throws(CommandFailure) -> String {
        if figureCount > 0 || parts.isEmpty { try endPart() }
        let gallery = ReportGallery(tiles.sorted(by: tally.ranking))
        let links = ReportLinks(
            first: path,
            insectPages: gallery.pages.count,
            imagePages: parts.count > 1 ? parts.count : 0
        )
        let layout = ReportLayout(summary: summary, tally: tally, gallery: gallery, links: links)
        for index in gallery.pages.indices { try write(.insects(index), layout) }
        for index in (0..<links.imagePages).reversed() {
            let images = parts.removeLast()
            try write(.images(index), layout, images: images)
        }
        // The first page last: who opens it finds the others.
        let images = parts.popLast()
        try write(.overview, layout, images: images)
        tiles = ReportTiles(path: tiles.path)
        return URL(filePath: path).standardizedFileURL.path
    }

    private func write(
        _ page: ReportLinks.Page,
        _ layout: ReportLayout,
        images: TemporaryFile? = nil
    ) throws(CommandFailure) {
        var file = try UnfinishedFile(layout.links.path(of: page))
        try file.append(layout.head(of: page))
        if let sections = layout.sections(of: page) {
            try file.append(layout.galleryHead(of: page))
            for section in sections {
                try file.append(layout.head(of: section, on: page))
                try tiles.forEach(section.entries) { (tile) throws(CommandFailure) in try file.append(tile) }
                try file.append(layout.tail(of: section))
            }
            try file.append(layout.galleryTail)
        }
        if let images {
            try file.append(layout.imagesHead(of: page))
            try images.forEachPiece { (piece) throws(CommandFailure) in try file.append(piece) }
            try file.append(layout.imagesTail)
        }
        try file.append(layout.tail(of: page))
        try file.finish()
    }

    private mutating func endPart() throws(CommandFailure) {
        var part = try UnfinishedFile("\(path).pictures-\(parts.count + 1)")
        try part.append(figures)
        parts.append(part.temporary)
        (figures, figureCount) = ("", 0)
    }
}
