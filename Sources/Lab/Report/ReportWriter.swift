import Foundation
package import Worker

/// Writes the report of a run: pages of a hundred images each, complete without anything else, that show the counts of all.
///
/// Images come one by one. The pictures of a full page go to a file at once, and become a page when all is counted, so that memory holds those of one page.
package struct ReportWriter: Sendable {
    /// Images in a page: with more no browser likes it.
    static let imagesPerPage = 100

    private let path: String
    private let originals: RelativePath
    private var tally = ReportTally()
    private var gallery = ReportGallery()
    /// Closed: a run may have thousands.
    private var parts: [TemporaryFile] = []

    /// Makes the folder, and sees whether a page can be written there.
    ///
    /// - Parameter path: Of the first page.
    /// - Throws: `CommandFailure` that names the file when it, or a folder on the way to it, cannot be written.
    package init(path: String) throws(CommandFailure) {
        self.path = path
        originals = RelativePath(from: path)
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
    /// - Throws: `CommandFailure` when its page cannot be written.
    mutating func add(_ image: ReportImage) throws(CommandFailure) {
        let labels = tally.add(image)
        let original = image.file.map { originals.way(to: $0).urlPath }
        gallery.add(image, position: tally.imageCount, labels: labels, original: original)
        if gallery.imageCount == Self.imagesPerPage { try endPage() }
    }

    /// Writes the pages.
    ///
    /// - Returns: The path of the first one from the root.
    /// - Throws: `CommandFailure` when one cannot be written.
    package mutating func write(_ summary: ReportSummary) throws(CommandFailure) -> String {
        if gallery.imageCount > 0 || parts.isEmpty { try endPage() }
        let names = parts.indices.map { Self.path(of: $0, first: path) }
        let links = names.map { String(PathParts($0).name).urlPath }
        let colours = ReportPage.styles(of: tally)
        // The first page last: who opens it finds the others.
        for index in parts.indices.reversed() {
            let page = ReportPage(summary: summary, tally: tally, colours: colours, links: links, index: index)
            var file = try UnfinishedFile(names[index])
            try file.append(page.head)
            try parts[index].forEachPiece { (piece) throws(CommandFailure) in try file.append(piece) }
            try file.append(page.tail)
            try file.finish()
            parts.removeLast()
        }
        return URL(filePath: path).standardizedFileURL.path
    }

    private mutating func endPage() throws(CommandFailure) {
        var part = try UnfinishedFile("\(path).pictures-\(parts.count + 1)")
        try part.append(gallery.html)
        parts.append(part.temporary)
        gallery = ReportGallery()
    }

    /// The path of a page: the first one's, and that with a number.
    private static func path(of page: Int, first: String) -> String {
        guard page > 0 else { return first }
        let parts = PathParts(first)
        return "\(first.dropLast(parts.ending.count))-\(page + 1)\(parts.ending)"
    }
}
