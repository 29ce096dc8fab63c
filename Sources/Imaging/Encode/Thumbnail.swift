import Telemetry

/// An image, or a part of one, made small enough for a web page.
package struct Thumbnail: Sendable {
    /// The small picture.
    package let jpeg: [UInt8]
    /// The width of what it shows in full size, in pixels: the boxes are measured in these.
    package let fullWidth: Int
    /// The height of what it shows in full size, in pixels.
    package let fullHeight: Int

    /// Makes a small picture by averaging squares of pixels.
    ///
    /// - Parameters:
    ///   - image: The full-size image.
    ///   - region: The part of it that is shown; all of it when left out. What lies outside of the image is cut off.
    ///   - widthLimit: The longest row that is kept as it is, in pixels; above zero.
    ///   - quality: Of the JPEG, 1 to 100.
    ///   - pool: Gives the memory for the small picture's pixels.
    /// - Throws: `ImagingError` without memory, or for a region that has no pixel of the image.
    package init(
        of image: PixelBuffer,
        region: PixelRect? = nil,
        widthLimit: Int = 1_600,
        quality: Int = 80,
        pool: PixelBufferPool
    ) throws(ImagingError) {
        let region = region ?? PixelRect(x: 0, y: 0, width: image.width, height: image.height)
        let columns = Self.part(from: region.x, count: region.width, of: image.width)
        let rows = Self.part(from: region.y, count: region.height, of: image.height)
        guard !columns.isEmpty, !rows.isEmpty else {
            throw ImagingError(
                .invalidGeometry,
                operation: OperationName("thumbnail.make", "thumbnail"),
                message: "the region lies outside the image"
            )
        }
        // No more rows or columns are averaged than there are, however flat the image is.
        let factor = min((columns.count - 1) / widthLimit + 1, rows.count, columns.count)
        let width = columns.count / factor
        let height = rows.count / factor
        let small = try PixelBuffer(pool: pool, height: height, width: width) { target in
            image.withRows(columns: columns.prefix(width * factor)) { source in
                Self.average(source, from: rows.lowerBound, factor: factor, into: target, size: (width, height))
            }
        }
        self.jpeg = try JPEGEncoder(quality: quality).encode(small)
        self.fullWidth = columns.count
        self.fullHeight = rows.count
    }

    /// The part of a range that lies inside the image, whatever numbers it has.
    private static func part(from start: Int, count: Int, of side: Int) -> Range<Int> {
        let lower = min(max(start, 0), side)
        let (end, overflows) = start.addingReportingOverflow(max(count, 0))
        return lower..<max(lower, overflows ? side : min(end, side))
    }

    /// Makes a small picture of an image file.
    ///
    /// - Throws: `ImagingError` when the image cannot be read.
    package init(of file: [UInt8], pool: PixelBufferPool, decoder: ImageDecoder = ImageDecoder()) throws(ImagingError) {
        try self.init(of: try decoder.decode(file, into: pool), pool: pool)
    }

    private static func average(
        _ source: PixelRows,
        from top: Int,
        factor: Int,
        into target: UnsafeMutableRawBufferPointer,
        size: (width: Int, height: Int)
    ) {
        let area = factor * factor
        var sums = [Int](repeating: 0, count: size.width * 3)
        for y in 0..<size.height {
            for index in sums.indices { sums[index] = area / 2 }
            for row in top + y * factor..<top + (y + 1) * factor {
                var pixel = source.first(of: row)
                for x in 0..<size.width {
                    for _ in 0..<factor {
                        for channel in 0..<3 {
                            sums[x * 3 + channel] += Int(pixel.load(fromByteOffset: channel, as: UInt8.self))
                        }
                        pixel += source.pixelStride
                    }
                }
            }
            for index in sums.indices { target[y * size.width * 3 + index] = UInt8(sums[index] / area) }
        }
    }
}
