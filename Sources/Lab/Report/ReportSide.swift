import Worker

/// What stands beside the pictures of every page: the labels to choose from, and counts by hour and station, all of the whole run.
struct ReportSide {
    let tally: ReportTally
    let gallery: ReportGallery

    /// More labels than these are found by typing.
    private static let labelsInView = 12

    /// The sections.
    var html: String { filter + charts }

    private var filter: String {
        guard let most = tally.ranking.first.map({ tally.labelCounts[$0] }) else {
            return
                "<section class=\"filter\"><h2>Labels</h2><p class=\"soft\">Nothing was found on these images.</p></section>"
        }
        let rows = tally.ranking.map { number in
            """
            <li><button type="button" class="row l\(number)" aria-pressed="false" data-label="\(number)"><i class="dot"></i>\
            <span class="name">\(tally.labels.labels[number].htmlEscaped)</span><b>\(tally.labelCounts[number].grouped)</b>\
            <span class="track" aria-hidden="true">\(Self.bar(tally.labelCounts[number], of: most))</span></button></li>
            """
        }
        let search =
            tally.labels.labels.count > Self.labelsInView
            ? "<input type=\"search\" id=\"find-label\" placeholder=\"Find a label\" aria-label=\"Find a label\">" : ""
        return """
            <section class="filter" aria-label="Filter"><h2>Labels <small id="total" role="status">\(Self.insects(tally.insectCount))</small></h2>
            <div class="controls"><label class="slider" for="score">Score from <output id="score-text" for="score">0%</output></label>
            <input type="range" id="score" min="0" max="95" step="\(ReportTally.scoreStep)" value="0">
            <label><input type="checkbox" id="boxes" checked> Boxes</label>
            <label><input type="checkbox" id="names"> Names</label>
            <button type="button" id="reset" hidden>Show all</button>\(search)</div>
            <ul class="rows" id="labels" tabindex="-1">\(rows.joined(separator: "\n"))</ul></section>
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
            <span class="hour">\(hour)<span class="hidden"> o’clock: <b>\(counts[hour].grouped)</b> insects</span></span></li>
            """
        }
        let timeless = tally.timelessCount
        let rest =
            timeless == 0
            ? ""
            : "<p class=\"soft\">\(timeless.grouped) \(timeless == 1 ? "insect is" : "insects are") on images without a time.</p>"
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
            <li class="row" data-place="\(number)"><span class="name">\(name.htmlEscaped)</span><b>\(counts[number].grouped)</b>\
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

    private static func insects(_ count: Int) -> String { "\(count.grouped) \(count == 1 ? "insect" : "insects")" }

    // MARK: For the script

    /// The counts as lists of numbers (place, label, step of the score, insects, and so on), and for each page with insects its labels, each
    /// with the score of its surest insect.
    var data: String {
        func list(_ cells: [ReportTally.Cell: Int]) -> String {
            let sorted = cells.sorted {
                ($0.key.place, $0.key.label, $0.key.step) < ($1.key.place, $1.key.label, $1.key.step)
            }
            return
                "[\(sorted.map { "\($0.key.place),\($0.key.label),\($0.key.step),\($0.value)" }.joined(separator: ","))]"
        }
        let pages = gallery.pages.map { sections in
            let surest = sections.map { section in
                "\(section.label),\(ReportImage.Box.percent(of: section.entries.first?.score ?? 1))"
            }
            return "[\(surest.joined(separator: ","))]"
        }
        return """
            {"step":\(ReportTally.scoreStep),"labels":\(list(tally.byLabel)),"hours":\(list(tally.byHour)),"stations":\(list(tally.byStation)),\
            "pages":[\(pages.joined(separator: ","))],"imagesPerPage":\(ReportWriter.imagesPerPage)}
            """
    }
}
