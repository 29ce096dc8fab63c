import Crypto
import Foundation
import Worker

/// What stands around the pictures of each page: title and counts, the filter and the charts, the ways to the other pages, and where the time went.
struct ReportLayout {
    let summary: ReportSummary
    let tally: ReportTally
    let gallery: ReportGallery
    let links: ReportLinks
    /// The rules that give each label its colour.
    private let colours: String
    private let side: String
    private let data: String

    /// Makes what is the same on all pages.
    init(summary: ReportSummary, tally: ReportTally, gallery: ReportGallery, links: ReportLinks) {
        self.summary = summary
        self.tally = tally
        self.gallery = gallery
        self.links = links
        colours = Self.colours(of: tally)
        let side = ReportSide(tally: tally, gallery: gallery)
        (self.side, data) = (side.html, side.data)
    }

    /// The beginning of a page.
    func head(of page: ReportLinks.Page) -> String {
        let title = summary.title.htmlEscaped
        let date = summary.date.isEmpty ? "" : " · \(summary.date.htmlEscaped)"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title)\(name(of: page))</title>
            <style>\(Self.css)\(colours)</style>
            </head>
            <body>
            <header>
            <p class="kicker">antenna-worker · pipeline <code>\(summary.pipeline.htmlEscaped)</code>\(date)</p>
            <h1>\(title)</h1>
            \(summary.note.isEmpty ? "" : "<p class=\"note\">\(summary.note.htmlEscaped)</p>")
            \(counts)
            </header>
            \(navigation(on: page))
            <div class="layout">
            <div class="side">
            \(side)
            </div>
            <main\(page == .overview ? " class=\"overview\"" : "")>

            """
    }

    /// The end of a page.
    func tail(of page: ReportLinks.Page) -> String {
        """
        </main>
        </div>
        \(navigation(on: page))
        \(page == .overview ? run : "")
        \(Self.viewer)
        <script type="application/json" id="tally">\(data)</script>
        <script>\(Self.script)</script>
        </body>
        </html>

        """
    }

    // MARK: Files of the page

    private static let css = String(decoding: PackageResources.report_css, as: UTF8.self)
    private static let script = String(
        decoding: PackageResources.report_js + PackageResources.viewer_js + PackageResources.controls_js,
        as: UTF8.self
    )
    private static let viewer = String(decoding: PackageResources.viewer_html, as: UTF8.self)

    /// The page runs its own script and no other, whatever a name in it says.
    ///
    /// It loads nothing but pictures: those inside it, and the originals beside it.
    private static let policy: String = {
        let digest = Data(SHA256.hash(data: Data(script.utf8))).base64EncodedString()
        return
            "default-src 'none'; script-src 'sha256-\(digest)'; style-src 'unsafe-inline'; img-src data: file: 'self'; "
            + "base-uri 'none'; form-action 'none'"
    }()

    private static func colours(of tally: ReportTally) -> String {
        let ranking = tally.ranking
        let colours = LabelColours.css(of: ranking.map { tally.labels.labels[$0] })
        return zip(ranking, colours).map { ".l\($0){--c:\($1)}" }.joined()
    }

    // MARK: The top of the page

    private var counts: String {
        var counts = [
            (tally.imageCount, "images", "image"), (tally.insectCount, "insects found", "insect found"),
            (tally.labels.labels.count, "labels", "label"),
        ]
        if tally.stations.labels.count > 1 { counts.append((tally.stations.labels.count, "stations", "station")) }
        if tally.failureCount > 0 {
            counts.append((tally.failureCount, "images with an error", "image with an error"))
        }
        let items = counts.map { "<div><dd>\($0.grouped)</dd><dt>\($0 == 1 ? $2 : $1)</dt></div>" }
        return "<dl class=\"counts\">\(items.joined())</dl>"
    }

    /// Of the page, for the browser's list of tabs.
    private func name(of page: ReportLinks.Page) -> String {
        switch page {
        case .overview: ""
        case .insects(let number): " · insects, page \(number + 1)"
        case .images(let number): " · images, page \(number + 1)"
        }
    }
}
