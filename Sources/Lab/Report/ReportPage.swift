import Crypto
import Foundation
import Worker

/// What stands before and behind a page's pictures: the counts of all pages, the filter, the charts, and where the time went.
struct ReportPage {
    let summary: ReportSummary
    let tally: ReportTally
    /// The rules that give each label its colour.
    let colours: String
    /// The pages, as the links between them have them.
    let links: [String]
    /// Which page this is.
    let index: Int

    /// The rules that give each label its colour, by the class of its number.
    static func styles(of tally: ReportTally) -> String {
        let ranking = tally.ranking
        let colours = LabelColours.css(of: ranking.map { tally.labels.labels[$0] })
        return zip(ranking, colours).map { ".l\($0){--c:\($1)}" }.joined()
    }

    /// The beginning of the page.
    var head: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(summary.title.htmlEscaped)</title>
        <style>\(Self.css)\(colours)</style>
        </head>
        <body>
        <header>
        <p class="kicker">antenna-worker · pipeline <code>\(summary.pipeline.htmlEscaped)</code>\(summary.date.isEmpty ? "" : " · \(summary.date.htmlEscaped)")</p>
        <h1>\(summary.title.htmlEscaped)</h1>
        \(summary.note.isEmpty ? "" : "<p class=\"note\">\(summary.note.htmlEscaped)</p>")
        \(tiles)
        </header>
        \(pages)
        <div class="layout">
        <div class="side">
        \(filter)
        \(charts)
        </div>
        <main>

        """
    }

    /// The end of the page.
    var tail: String {
        """
        </main>
        </div>
        \(pages)
        <div class="run">
        \(timings)
        \(facts)
        </div>
        \(Self.viewer)
        <script type="application/json" id="tally">\(tallyJSON)</script>
        <script>\(Self.script)</script>
        </body>
        </html>

        """
    }

    // MARK: Files of the page

    private static let css = String(decoding: PackageResources.report_css, as: UTF8.self)
    private static let script = String(decoding: PackageResources.report_js, as: UTF8.self)
    private static let viewer = String(decoding: PackageResources.viewer_html, as: UTF8.self)

    /// The page runs its own script and no other, whatever a name in it says, and loads nothing but pictures: those inside, and the originals beside it.
    private static let policy: String = {
        let digest = Data(SHA256.hash(data: Data(script.utf8))).base64EncodedString()
        return
            "default-src 'none'; script-src 'sha256-\(digest)'; style-src 'unsafe-inline'; img-src data: file: 'self'; "
            + "base-uri 'none'; form-action 'none'"
    }()

    // MARK: Counts

    private var tiles: String {
        var tiles = [
            (tally.imageCount, "images", "image"), (tally.insectCount, "insects found", "insect found"),
            (tally.labels.labels.count, "labels", "label"),
        ]
        if tally.stations.labels.count > 1 { tiles.append((tally.stations.labels.count, "stations", "station")) }
        if tally.failureCount > 0 { tiles.append((tally.failureCount, "images with an error", "image with an error")) }
        let english = IntegerFormatStyle<Int>.number.locale(Locale(identifier: "en"))
        let items = tiles.map { "<div><dd>\($0.formatted(english))</dd><dt>\($0 == 1 ? $2 : $1)</dt></div>" }
        return "<dl class=\"counts\">\(items.joined())</dl>"
    }

    private var pages: String {
        guard links.count > 1 else { return "" }
        let items = links.enumerated().map { number, link in
            number == index
                ? "<li><a aria-current=\"page\" href=\"\(link)\">\(number + 1)</a></li>"
                : "<li><a href=\"\(link)\">\(number + 1)</a></li>"
        }
        let first = index * ReportWriter.imagesPerPage + 1
        let last = min(tally.imageCount, first + ReportWriter.imagesPerPage - 1)
        return """
            <nav class="pages" aria-label="Pages"><p>Pictures of images \(first) to \(last) of \(tally.imageCount). Counts are of all images.</p>\
            <ol>\(items.joined())</ol></nav>
            """
    }

    private var filter: String {
        guard let most = tally.ranking.first.map({ tally.labelCounts[$0] }) else {
            return
                "<section class=\"filter\"><h2>Labels</h2><p class=\"soft\">Nothing was found on these images.</p></section>"
        }
        let rows = tally.ranking.map { number in
            """
            <li><button type="button" class="row l\(number)" aria-pressed="false" data-label="\(number)"><i class="dot"></i>\
            <span class="name">\(tally.labels.labels[number].htmlEscaped)</span><b>\(tally.labelCounts[number])</b>\
            <span class="track" aria-hidden="true">\(Self.bar(tally.labelCounts[number], of: most))</span></button></li>
            """
        }
        return """
            <section class="filter" aria-label="Filter"><h2>Labels <small id="total" role="status">\(tally.insectCount) insects</small></h2>
            <div class="controls"><label class="slider" for="score">Score from <output id="score-text" for="score">0%</output></label>
            <input type="range" id="score" min="0" max="95" step="\(ReportTally.scoreStep)" value="0">
            <label><input type="checkbox" id="boxes" checked> Boxes</label>
            <label><input type="checkbox" id="names"> Names</label>
            <button type="button" id="reset" hidden>Show all</button></div>
            <ul class="rows" tabindex="-1">\(rows.joined(separator: "\n"))</ul></section>
            """
    }

    private var charts: String {
        let charts = hours + stations
        return charts.isEmpty ? "" : "<div class=\"charts\">\(charts)</div>"
    }

    /// From noon to noon, as far as there is anything, so that a night is in one piece.
    private var hours: String {
        let counts = tally.byHour.reduce(into: [Int](repeating: 0, count: 24)) { $0[$1.key.place] += $1.value }
        let night = (0..<24).map { ($0 + 12) % 24 }
        guard let first = night.firstIndex(where: { counts[$0] > 0 }),
            let last = night.lastIndex(where: { counts[$0] > 0 }), let most = counts.max()
        else { return "" }
        let columns = night[first...last].map { hour in
            """
            <li data-place="\(hour)"><span class="column" aria-hidden="true">\(Self.bar(counts[hour], of: most, side: "height"))</span>\
            <span class="hour">\(hour)<span class="hidden"> o’clock: <b>\(counts[hour])</b> insects</span></span></li>
            """
        }
        let timeless = tally.timelessCount
        let rest =
            timeless == 0
            ? ""
            : "<p class=\"soft\">\(timeless) \(timeless == 1 ? "insect is" : "insects are") on images without a time.</p>"
        return """
            <section><h2>Hours of the night</h2><ol class="hours" data-chart="hours">\(columns.joined())</ol>\(rest)</section>
            """
    }

    private var stations: String {
        guard tally.stations.labels.count > 1 else { return "" }
        let counts = tally.byStation.reduce(into: [Int](repeating: 0, count: tally.stations.labels.count)) {
            $0[$1.key.place] += $1.value
        }
        let most = max(1, counts.max() ?? 0)
        let rows = tally.stations.labels.enumerated().map { number, name in
            """
            <li class="row" data-place="\(number)"><span class="name">\(name.htmlEscaped)</span><b>\(counts[number])</b>\
            <span class="track" aria-hidden="true">\(Self.bar(counts[number], of: most))</span></li>
            """
        }
        return """
            <section><h2>Stations</h2><ul class="rows" data-chart="stations">\(rows.joined(separator: "\n"))</ul></section>
            """
    }

    private static func bar(_ count: Int, of most: Int, side: String = "width") -> String {
        "<i style=\"\(side):\(NumberText.fixed(100 * Double(count) / Double(max(1, most)), digits: 1))%\"></i>"
    }

    /// The counts as lists of numbers: place, label, step of the score, insects, and so on.
    private var tallyJSON: String {
        func list(_ cells: [ReportTally.Cell: Int]) -> String {
            let sorted = cells.sorted {
                ($0.key.place, $0.key.label, $0.key.step) < ($1.key.place, $1.key.label, $1.key.step)
            }
            return
                "[\(sorted.map { "\($0.key.place),\($0.key.label),\($0.key.step),\($0.value)" }.joined(separator: ","))]"
        }
        return """
            {"step":\(ReportTally.scoreStep),"labels":\(list(tally.byLabel)),"hours":\(list(tally.byHour)),"stations":\(list(tally.byStation))}
            """
    }
}
