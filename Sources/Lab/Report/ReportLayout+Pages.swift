extension ReportLayout {
    // MARK: The ways between pages

    /// The list of all pages; none where there is one page.
    func navigation(on page: ReportLinks.Page) -> String {
        guard links.hasFurtherPages else { return "" }
        let insects = (0..<links.insectPages).map { ReportLinks.Page.insects($0) }
        let images = (0..<links.imagePages).map { ReportLinks.Page.images($0) }
        return """
            <nav class="pages" aria-label="Pages"><p>\(link(to: .overview, "Overview", from: page))</p>
            \(list(of: insects, "insects", "All insects", from: page))\(list(of: images, "images", "All images", from: page))</nav>
            """
    }

    private func list(
        of pages: [ReportLinks.Page],
        _ kind: String,
        _ title: String,
        from page: ReportLinks.Page
    ) -> String {
        guard !pages.isEmpty else { return "" }
        let items = pages.enumerated().map { number, target in
            let text = "<span class=\"hidden\">\(kind), page </span>\((number + 1).grouped)"
            return "<li>\(link(to: target, text, from: page))</li>"
        }
        return "<div data-pages=\"\(kind)\"><span>\(title)</span><ol>\(items.joined())</ol></div>"
    }

    private func link(to page: ReportLinks.Page, _ text: String, from current: ReportLinks.Page) -> String {
        "<a href=\"\(links.link(to: page))\"\(page == current ? " aria-current=\"page\"" : "")>\(text)</a>"
    }

    // MARK: Insects

    /// The insects that stand on a page, by label; nil where there are none by design.
    func sections(of page: ReportLinks.Page) -> [ReportGallery.Section]? {
        switch page {
        case .overview: gallery.overview
        case .insects(let number): gallery.pages[number]
        case .images: nil
        }
    }

    /// What stands before them.
    func galleryHead(of page: ReportLinks.Page) -> String {
        "<div id=\"insects\">\(galleryTitle(of: page))\n"
    }

    private func galleryTitle(of page: ReportLinks.Page) -> String {
        guard case .insects(let number) = page else {
            guard links.insectPages > 0 else { return "<h2 class=\"hidden\">Insects by label</h2>" }
            let images = "\(tally.imageCount.grouped) image\(tally.imageCount == 1 ? "" : "s")"
            return "<h2 class=\"lead\">The surest of each label <small>of all \(images)</small></h2>"
        }
        let first = gallery.pages[..<number].joined().reduce(1) { $0 + $1.entries.count }
        let last = gallery.pages[number].reduce(first - 1) { $0 + $1.entries.count }
        return """
            <h2 class="lead">Insects \(first.grouped) to \(last.grouped) of \(gallery.count.grouped) \
            <small>by label, the surest first</small></h2>
            """
    }

    /// What stands before the tiles of a label.
    func head(of section: ReportGallery.Section, on page: ReportLinks.Page) -> String {
        let label = section.label
        return """
            <section class="label l\(label)" data-label="\(label)" data-first="\(section.first)"><h3><i class="dot"></i>\
            <span>\(tally.labels.labels[label].htmlEscaped)</span> <small>\(tally.labelCounts[label].grouped)</small></h3>
            <ul class="tiles">

            """
    }

    /// What stands behind them.
    func tail(of section: ReportGallery.Section) -> String {
        let more = section.home.map { home in
            let link = links.link(to: .insects(home))
            let count = tally.labelCounts[section.label].grouped
            return "<a class=\"more all\" href=\"\(link)#labels=\(section.label)\">All \(count), the surest first</a>"
        }
        return "</ul>\(more ?? "")</section>\n"
    }

    /// What stands behind them all.
    var galleryTail: String {
        let further =
            gallery.pages.isEmpty || gallery.overview.count == tally.labels.labels.count
            ? "" : "<p class=\"soft\">The rarest labels are only on the pages of all insects.</p>"
        return """
            \(further)<p class="nothing" hidden>None of what is asked for is on this page. <a hidden>Go to the first of them</a></p></div>

            """
    }

    // MARK: Images

    /// What stands before the images of a page.
    func imagesHead(of page: ReportLinks.Page) -> String {
        var title = "Images"
        var count = tally.imageCount
        if case .images(let number) = page {
            let first = number * ReportWriter.imagesPerPage + 1
            let last = min(tally.imageCount, first + ReportWriter.imagesPerPage - 1)
            title = "Images \(first.grouped) to \(last.grouped) of \(tally.imageCount.grouped)"
            count = last - first + 1
        }
        return """
            <section id="images"><h2 class="lead">\(title) <small class="shown" role="status"></small></h2>
            <div class="figures\(count <= 2 ? " wide" : "")">

            """
    }

    /// What stands behind them.
    var imagesTail: String { "</div></section>\n" }
}
