/// An image made small enough for a web page.
package struct Thumbnail: Sendable {
    /// The small picture.
    package let jpeg: [UInt8]
    /// The width of the full-size image, in pixels: the boxes are measured in these.
    package let fullWidth: Int
    /// The height of the full-size image, in pixels.
    package let fullHeight: Int

    /// Makes a small picture by averaging squares of pixels.
    ///
    /// - Parameters:
    ///   - image: The full-size image.
    ///   - widthLimit: The longest row that is kept as it is, in pixels.
    ///   - quality: Of the JPEG, 1 to 100.
    ///   - pool: Gives the memory for the small picture's pixels.
    /// - Throws: `ImagingError` without memory.
    package init(
        of image: PixelBuffer,
        widthLimit: Int = 1_600,
        quality: Int = 80,
        pool: PixelBufferPool
    ) throws(ImagingError) {
        // No more rows or columns are averaged than there are, however flat the image is.
        let factor = min((image.width + widthLimit - 1) / widthLimit, image.height, image.width)
        let width = max(1, image.width / factor)
        let height = max(1, image.height / factor)
        let small = try PixelBuffer(pool: pool, height: height, width: width) { target in
            image.withRows(columns: 0..<width * factor) { source in
                Self.average(source, factor: factor, into: target, size: (width, height))
            }
        }
        self.jpeg = try JPEGEncoder(quality: quality).encode(small)
        self.fullWidth = image.width
        self.fullHeight = image.height
    }

    /// Makes a small picture of an image file.
    ///
    /// - Throws: `ImagingError` when the image cannot be read.
    package init(of file: [UInt8], pool: PixelBufferPool, decoder: ImageDecoder = ImageDecoder()) throws(ImagingError) {
        try self.init(of: try decoder.decode(file, into: pool), pool: pool)
    }

    private static func average(
        _ source: PixelRows,
        factor: Int,
        into target: UnsafeMutableRawBufferPointer,
        size: (width: Int, height: Int)
    ) {
        let area = factor * factor
        var sums = [Int](repeating: 0, count: size.width * 3)
        for y in 0..<size.height {
            for index in sums.indices { sums[index] = area / 2 }
            for row in y * factor..<(y + 1) * factor {
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
