import Foundation
import Worker

/// A page that shows what a run found, complete in one file.
package struct ReportPage {
    private let data: ReportData
    private let labels: LabelColours

    package init(_ data: ReportData) {
        self.data = data
        self.labels = LabelColours(data.images.flatMap(\.boxes).map(\.label))
    }

    /// Writes the page; folders on the way to it are made.
    ///
    /// - Returns: The path of the file from the root.
    /// - Throws: `CommandFailure` that names the file when it, or a folder on the way to it, cannot be written.
    @discardableResult
    package func write(to path: String) throws -> String {
        let file = URL(fileURLWithPath: path)
        let folder = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(html.utf8).write(to: file, options: .atomic)
        } catch {
            // The system's own reason is in the one beneath.
            let beneath = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
            throw CommandFailure("\(file.path) cannot be written: \((beneath ?? error).localizedDescription)")
        }
        return file.path
    }

    /// The page.
    package var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(data.title.htmlEscaped)</title>
        <style>\(ReportStyle.css)</style>
        </head>
        <body>
        <header>
        <p class="kicker">Pipeline <code>\(data.pipeline.htmlEscaped)</code>\(data.date.isEmpty ? "" : " · \(data.date.htmlEscaped)")</p>
        <h1>\(data.title.htmlEscaped)</h1>
        \(data.note.isEmpty ? "" : "<p class=\"note\">\(data.note.htmlEscaped)</p>")
        \(tiles)
        </header>
        <main>
        \(histogram)
        \(timings)
        \(gallery)
        \(facts)
        </main>
        </body>
        </html>

        """
    }

    /// The file loads nothing and runs nothing, whatever a name in it says; its styles and pictures are inside.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

    // MARK: Summary

    private var tiles: String {
        let count = data.imageCount ?? data.images.count
        let boxes = data.images.reduce(0) { $0 + $1.boxes.count }
        let errors = data.images.count { $0.error != nil }
        let rate = data.elapsedSeconds > 0 ? Double(count) / data.elapsedSeconds : 0
        var tiles = [
            ("\(count)", count == 1 ? "image" : "images"),
            ("\(boxes)", boxes == 1 ? "insect found" : "insects found"),
            (NumberText.fixed(rate, digits: rate < 10 ? 2 : 1), "images a second"),
            (NumberText.duration(data.elapsedSeconds), "from the first task to the last result"),
        ]
        if errors > 0 { tiles.append(("\(errors)", errors == 1 ? "image with an error" : "images with an error")) }
        let items = tiles.map { value, name in "<div><dd>\(value)</dd><dt>\(name)</dt></div>" }
        return "<dl class=\"tiles\">\(items.joined())</dl>"
    }

    private var histogram: String {
        guard let most = labels.ranked.first?.count else {
            return "<section><h2>Labels</h2><p class=\"empty\">Nothing was found on these images.</p></section>"
        }
        let shown = labels.ranked.prefix(24)
        let bars = shown.map { label, count in
            """
            <li><span class="name" title="\(label.htmlEscaped)">\(label.htmlEscaped)</span>\
            <span class="track"><i style="width:\(NumberText.fixed(100 * Double(count) / Double(most), digits: 1))%;\
            background:\(labels.colour(of: label))"></i></span><b>\(count)</b></li>
            """
        }
        let rest = labels.ranked.dropFirst(shown.count)
        let more =
            rest.isEmpty
            ? "" : "<p class=\"empty\">and \(rest.count) more labels on \(rest.reduce(0) { $0 + $1.count }) insects</p>"
        return "<section><h2>Labels</h2><ol class=\"bars\">\(bars.joined())</ol>\(more)</section>"
    }

    private var timings: String {
        guard !data.stages.isEmpty else { return "" }
        let longest = data.stages.map(\.totalSeconds).max() ?? 0
        let rows = data.stages.map { stage in
            let share = longest > 0 ? 100 * stage.totalSeconds / longest : 0
            return """
                <tr\(stage.isWaiting ? " class=\"waiting\"" : "")><th scope="row">\(stage.name.htmlEscaped)</th>\
                <td>\(stage.count)</td><td>\(NumberText.duration(stage.p50Seconds))</td>\
                <td>\(NumberText.duration(stage.p99Seconds))</td><td>\(NumberText.duration(stage.totalSeconds))</td>\
                <td class="share"><span class="track"><i style="width:\(NumberText.fixed(share, digits: 1))%"></i></span></td></tr>
                """
        }
        return """
            <section><h2>Where the time went</h2>
            <div class="scroll"><table><thead><tr><th scope="col">Stage</th><th scope="col">Images</th>\
            <th scope="col">Median</th><th scope="col">99th percentile</th><th scope="col">Total</th>\
            <th scope="col" class="share"><span class="hidden">Share</span></th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            <p class="empty">Stages run side by side, so their totals add up to more than the run. \
            Pale bars are time spent waiting.</p></section>
            """
    }

    private var facts: String {
        let lists = [("Settings", data.settings), ("Machine", data.machine)].filter { !$0.1.isEmpty }.map {
            title,
            facts in
            let items = facts.map { "<div><dt>\($0.name.htmlEscaped)</dt><dd>\($0.value.htmlEscaped)</dd></div>" }
            return "<section><h2>\(title)</h2><dl class=\"facts\">\(items.joined())</dl></section>"
        }
        return lists.isEmpty ? "" : "<div class=\"pair\">\(lists.joined(separator: "\n"))</div>"
    }

    // MARK: Images

    private var gallery: String {
        let hidden = (data.imageCount ?? data.images.count) - data.images.count
        // A few images are shown large and with names; many are an overview, where names would cover the insects.
        let isWide = data.images.count <= 6
        let figures = data.images.map { ReportFigure(image: $0, labels: labels, isWide: isWide).html }
        let more = hidden > 0 ? "<p class=\"empty\">and \(hidden) more images that are not shown here</p>" : ""
        return """
            <section><h2>Images</h2>
            <label class="switch"><input type="checkbox" id="names"\(isWide ? " checked" : "")> Names on the images</label>
            <div class="gallery\(isWide ? " wide" : "")">
            \(figures.joined(separator: "\n"))
            </div>\(more)</section>
            """
    }
}
