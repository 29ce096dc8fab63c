import Foundation
import Imaging
import Worker

/// One image of the report: the picture, the boxes over it, and what is on it.
struct ReportFigure {
    let image: ReportImage
    /// Its place among the images of all pages.
    let position: Int
    /// The number of each box's label.
    let labels: [Int]
    /// The way to the file from the page.
    let original: String?

    /// The `figure` element.
    var html: String {
        """
        <figure id="i\(position)"\(size)\(source)>
        \(picture)
        <figcaption><strong>\(image.name.htmlEscaped)</strong>\(summary)</figcaption>
        </figure>

        """
    }

    private var size: String {
        guard let preview = image.pictures.preview else { return "" }
        return " data-width=\"\(preview.fullWidth)\" data-height=\"\(preview.fullHeight)\""
    }

    /// A picture that a browser would turn does not fit its boxes.
    private var source: String {
        guard let original, image.orientation == 1 else { return "" }
        return " data-original=\"\(original.htmlEscaped)\""
    }

    private var summary: String {
        let place = [image.station, image.capturedAt.map { "\($0)".replacing("T", with: " ") } ?? ""]
        let found =
            image.boxes.isEmpty ? "nothing found" : image.boxes.count == 1 ? "1 insect" : "\(image.boxes.count) insects"
        let parts = ([image.error == nil ? found : ""] + place).filter { !$0.isEmpty }.map(\.htmlEscaped)
        let error = image.error.map { "<span class=\"error\">\($0.htmlEscaped)</span>" } ?? ""
        return "\(error)<span class=\"about\">\(parts.joined(separator: " · "))</span>"
    }

    private var picture: String {
        guard let preview = image.pictures.preview else { return "<div class=\"missing\">no picture</div>" }
        let boxes = zip(image.boxes, labels).map { box, label in
            let frame = """
                x="\(Self.short(box.x1))" y="\(Self.short(box.y1))" width="\(Self.short(max(0, box.x2 - box.x1)))" \
                height="\(Self.short(max(0, box.y2 - box.y1)))"
                """
            return """
                <g class="l\(label)" data-label="\(label)" data-score="\(box.percent)"><rect class="under" \(frame)/><rect \(frame)/></g>
                """
        }
        return """
            <div class="frame"><button type="button" class="open" aria-label="Enlarge \(image.name.htmlEscaped)">\
            <img loading="lazy" decoding="async" width="\(preview.fullWidth)" height="\(preview.fullHeight)" alt="" \
            src="\(preview.dataAddress)"></button>
            <svg class="boxes" viewBox="0 0 \(preview.fullWidth) \(preview.fullHeight)" aria-hidden="true">
            \(boxes.joined(separator: "\n"))
            </svg><div class="names" aria-hidden="true"></div></div>
            """
    }

    private static func short(_ value: Double) -> String {
        NumberText.fixed(value, digits: value == value.rounded() ? 0 : 1)
    }
}

extension Thumbnail {
    /// The picture as an address that holds it.
    var dataAddress: String { "data:image/jpeg;base64,\(Data(jpeg).base64EncodedString())" }
}
