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
    /// The way to its file from the page.
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

    private var source: String { original.map { " data-original=\"\($0.htmlEscaped)\"" } ?? "" }

    private var summary: String {
        let found =
            image.boxes.isEmpty
            ? "nothing found" : image.boxes.count == 1 ? "1 insect" : "\(image.boxes.count.grouped) insects"
        let parts = [image.error == nil ? found : "", image.place].filter { !$0.isEmpty }.map(\.htmlEscaped)
        let error = image.error.map { "<span class=\"error\">\($0.htmlEscaped)</span>" } ?? ""
        return "\(error)<span class=\"about\">\(parts.joined(separator: " · "))</span>"
    }

    private var picture: String {
        guard let preview = image.pictures.preview else { return "<div class=\"missing\">no picture</div>" }
        let boxes = zip(image.boxes, labels).map { box, label in
            let frame = "x=\"\(box.left)\" y=\"\(box.top)\" width=\"\(box.width)\" height=\"\(box.height)\""
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
}

extension Thumbnail {
    /// The picture as an address that holds it.
    var dataAddress: String { "data:image/jpeg;base64,\(Data(jpeg).base64EncodedString())" }
}
