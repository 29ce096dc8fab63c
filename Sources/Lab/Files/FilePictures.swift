import Imaging

/// Pictures of an analysed image, made from its pixels while they are there.
struct FilePictures: Sendable {
    /// Who wants pictures.
    struct Uses: OptionSet, Sendable {
        let rawValue: Int
        /// The page: the whole image small, and a tile of each insect.
        static let report = Uses(rawValue: 1)
        /// Each insect alone, in full size.
        static let crops = Uses(rawValue: 2)
    }

    /// A square of the image with an insect in it.
    struct Tile: Sendable {
        let picture: Thumbnail
        /// Which part of the image it shows.
        let region: PixelRect
    }

    /// A tile's side, in pixels.
    private static let tileSide = 240
    /// A tile shows an insect with something around it.
    private static let tileMargin = 1.3

    /// The whole image; nil where nobody wants it or it cannot be made.
    var preview: Thumbnail?
    /// A square around each insect, in their order.
    var tiles: [Tile?] = []
    /// Each insect's box, in their order.
    var crops: [Thumbnail?] = []

    /// No pictures.
    init() {}

    /// Makes those that are wanted; one that cannot be made is left out.
    init(of image: PixelBuffer, boxes: [PixelRect], for uses: Uses, pool: PixelBufferPool) {
        if uses.contains(.report) {
            preview = try? Thumbnail(of: image, quality: 78, pool: pool)
            tiles = boxes.map { box in
                let region = Self.square(around: box, in: image)
                let picture = try? Thumbnail(
                    of: image,
                    region: region,
                    widthLimit: Self.tileSide,
                    quality: 82,
                    pool: pool
                )
                return picture.map { Tile(picture: $0, region: region) }
            }
        }
        if uses.contains(.crops) {
            crops = boxes.map { try? Thumbnail(of: image, region: $0, widthLimit: .max, quality: 92, pool: pool) }
        }
    }

    /// The square around a box, moved into the image where that is large enough.
    private static func square(around box: PixelRect, in image: PixelBuffer) -> PixelRect {
        let wanted = Int(Double(max(box.width, box.height, 1)) * tileMargin)
        let side = max(1, min(wanted, image.width, image.height))
        func start(_ low: Int, _ length: Int, _ limit: Int) -> Int {
            min(max(low + length / 2 - side / 2, 0), limit - side)
        }
        return PixelRect(
            x: start(box.x, box.width, image.width),
            y: start(box.y, box.height, image.height),
            width: side,
            height: side
        )
    }
}
