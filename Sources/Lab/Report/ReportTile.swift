import Imaging
import Worker

/// An insect of the report as a tile, with all that the large view needs, since its image may be on another page.
struct ReportTile {
    let image: ReportImage
    /// The image's place among all.
    let position: Int
    /// The insect's place in its image.
    let index: Int
    /// The number of its label.
    let label: Int
    /// The way to the image's file from the page.
    let original: String?

    /// The item of a list; nil for an insect without a picture.
    var html: String? {
        guard let preview = image.pictures.preview, index < image.pictures.tiles.count,
            let tile = image.pictures.tiles[index]
        else { return nil }
        let box = image.boxes[index]
        let percent = box.score == nil ? "" : "\(box.percent)%"
        let place = [box.left, box.top, box.width, box.height].joined(separator: " ")
        let region = "\(tile.region.x) \(tile.region.y) \(tile.region.width) \(tile.region.height)"
        let source = original.map { " data-original=\"\($0.htmlEscaped)\"" } ?? ""
        return """
            <li><button type="button" data-image="\(position)" data-box="\(index)" data-label="\(label)" data-score="\(box.percent)" \
            data-place="\(place)" data-region="\(region)" data-size="\(preview.fullWidth) \(preview.fullHeight)"\(source) \
            data-name="\(image.name.htmlEscaped)" data-about="\(image.place.htmlEscaped)">\
            <img loading="lazy" decoding="async" width="120" height="120" \
            alt="\(box.label.htmlEscaped) \(percent), \(image.name.htmlEscaped)" src="\(tile.picture.dataAddress)">\
            <span aria-hidden="true">\(percent)</span></button></li>

            """
    }
}
