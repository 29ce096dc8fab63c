import Foundation
import Imaging
import Worker

/// One image of the report: the picture, the boxes over it, and what they say.
struct ReportFigure {
    let image: ReportData.Image
    let labels: LabelColours
    /// Whether the picture takes the whole width of the page.
    let isWide: Bool

    /// The `figure` element.
    var html: String {
        """
        <figure>
        \(picture)
        <figcaption><strong>\(image.name.htmlEscaped)</strong>\(summary)</figcaption>
        </figure>
        """
    }

    private var summary: String {
        if let error = image.error { return "<p class=\"error\">\(error.htmlEscaped)</p>" }
        guard !image.boxes.isEmpty else { return "<span class=\"count\">nothing found</span>" }
        let ranked = LabelColours(image.boxes.map(\.label)).ranked
        let chips = ranked.prefix(12).map { label, count in
            """
            <li><i style="background:\(labels.colour(of: label))"></i>\(label.htmlEscaped)\(count > 1 ? " × \(count)" : "")</li>
            """
        }
        let more = ranked.count > 12 ? "<li>and \(ranked.count - 12) more</li>" : ""
        return """
            <span class="count">\(image.boxes.count) \(image.boxes.count == 1 ? "insect" : "insects")</span>\
            <ul class="chips">\(chips.joined())\(more)</ul>
            """
    }

    private var picture: String {
        guard let picture = image.picture else { return "<div class=\"missing\" role=\"img\">no picture</div>" }
        let data = Data(picture.jpeg).base64EncodedString()
        return """
            <svg viewBox="0 0 \(picture.fullWidth) \(picture.fullHeight)" role="img" \
            aria-label="\(image.name.htmlEscaped): \(image.boxes.count) insects found">
            <image width="\(picture.fullWidth)" height="\(picture.fullHeight)" preserveAspectRatio="none" \
            href="data:image/jpeg;base64,\(data)"/>
            \(image.boxes.map { overlay($0, on: picture) }.joined(separator: "\n"))
            </svg>
            """
    }

    private func overlay(_ box: ReportData.Box, on picture: Thumbnail) -> String {
        let width = max(0, box.x2 - box.x1)
        let height = max(0, box.y2 - box.y1)
        let colour = labels.colour(of: box.label)
        let size = Double(picture.fullWidth) / (isWide ? 84 : 52)
        let percent = box.score.map { " \(NumberText.fixed($0 * 100, digits: 0))%" } ?? ""
        // Names stand above their box, below it at the top edge, and run to the left near the right edge.
        let isAtTop = box.y1 < size * 1.4
        let isAtRight = box.x1 > Double(picture.fullWidth) * 0.84
        let textX = Self.short(isAtRight ? box.x2 : box.x1)
        let textY = Self.short(isAtTop ? box.y2 + size : box.y1 - size * 0.35)
        let frame = """
            x="\(Self.short(box.x1))" y="\(Self.short(box.y1))" width="\(Self.short(width))" height="\(Self.short(height))"
            """
        return """
            <g><title>\(box.label.htmlEscaped)\(percent)</title><rect class="under" \(frame)/>\
            <rect \(frame) stroke="\(colour)"/><text x="\(textX)" y="\(textY)" font-size="\(Self.short(size))"\
            \(isAtRight ? " text-anchor=\"end\"" : "")>\(box.label.htmlEscaped)\(percent)</text></g>
            """
    }

    private static func short(_ value: Double) -> String {
        NumberText.fixed(value, digits: 1)
    }
}
