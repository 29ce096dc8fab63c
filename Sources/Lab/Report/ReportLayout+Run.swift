import Worker

extension ReportLayout {
    /// What the run was like: what failed, where the time went, and on what machine.
    var run: String { "<div class=\"run\">\n\(failures)\n\(timings)\n\(facts)\n</div>" }

    private var failures: String {
        guard !tally.failures.isEmpty else { return "" }
        let items = tally.failures.map { failure in
            let page = (failure.position - 1) / ReportWriter.imagesPerPage
            let link = links.imagePages > 0 ? links.link(to: .images(page)) : ""
            return """
                <li><a href="\(link)#image=\(failure.position)">\(failure.name.htmlEscaped)</a> <span>\(failure.reason.htmlEscaped)</span></li>
                """
        }
        let more = tally.failureCount - tally.failures.count
        return """
            <section><h2>Images with an error <small>\(tally.failureCount.grouped)</small></h2>
            <ul class="failures">\(items.joined(separator: "\n"))</ul>\
            \(more > 0 ? "<p class=\"soft\">And \(more.grouped) more, on the pages of the images.</p>" : "")</section>
            """
    }

    /// How long it took, and in which stages.
    private var timings: String {
        guard !summary.stages.isEmpty else { return "" }
        let longest = summary.stages.map(\.totalSeconds).max() ?? 0
        let rows = summary.stages.map { stage in
            let share = longest > 0 ? 100 * stage.totalSeconds / longest : 0
            return """
                <tr\(stage.isWaiting ? " class=\"waiting\"" : "")><th scope="row">\(stage.name.htmlEscaped)</th>\
                <td>\(stage.count.grouped)</td><td>\(NumberText.duration(stage.p50Seconds))</td>\
                <td>\(NumberText.duration(stage.p99Seconds))</td><td>\(NumberText.duration(stage.totalSeconds))</td>\
                <td class="share"><span class="track"><i style="width:\(NumberText.fixed(share, digits: 1))%"></i></span></td></tr>
                """
        }
        let elapsed = summary.elapsedSeconds
        let rate = elapsed > 0 ? Double(tally.imageCount) / elapsed : 0
        return """
            <section><h2>Where the time went <small>\(NumberText.duration(elapsed)), \
            \(NumberText.fixed(rate, digits: rate < 10 ? 2 : 1)) images a second</small></h2>
            <div class="scroll"><table><thead><tr><th scope="col">Stage</th><th scope="col">Images</th>\
            <th scope="col">Median</th><th scope="col">99th percentile</th><th scope="col">Total</th>\
            <th scope="col" class="share"><span class="hidden">Share</span></th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            <p class="soft">Stages run side by side, so their totals add up to more than the run. \
            Pale bars are time spent waiting.</p></section>
            """
    }

    /// Settings and machine.
    private var facts: String {
        let lists = [("Settings", summary.settings), ("Machine", summary.machine)].filter { !$0.1.isEmpty }
        let sections = lists.map { title, facts in
            let items = facts.map { "<div><dt>\($0.name.htmlEscaped)</dt><dd>\($0.value.htmlEscaped)</dd></div>" }
            return "<section><h2>\(title)</h2><dl class=\"facts\">\(items.joined())</dl></section>"
        }
        return sections.isEmpty ? "" : "<div class=\"pair\">\(sections.joined(separator: "\n"))</div>"
    }
}
