/// An image's header, read before any pixel is decoded; decoding goes on from it.
package struct ImageHeader: Sendable, Equatable {
    /// Data for the format's own decoder.
    enum Details: Sendable, Equatable {
        case jpeg(JPEGHeader)
        case png(isDeepGrey: Bool)
        case webp(WebPHeader)
        case tiff(TIFFHeader)
        case bmp(BMPHeader)
        case gif(GIFHeader)
    }

    /// The format, found by its signature and not by a file name.
    package let format: ImageFormat
    /// Pixels in a row; above zero.
    package let width: Int
    /// Rows; above zero.
    package let height: Int
    /// How the decoded pixels will lie.
    package let layout: PixelLayout
    /// Bytes the decoder needs beside the pixels while it runs, for a budget of memory.
    ///
    /// The large parts only: the coefficients of a JPEG of several scans, CMYK or 16-bit samples before they become RGB,
    /// a lossless WebP, a strip or tile of a TIFF.
    package let scratchByteCount: Int
    let details: Details

    /// Takes a picture that a header promises, if it is within the limits.
    ///
    /// - Parameters:
    ///   - format: The format.
    ///   - width: Pixels in a row.
    ///   - height: Rows.
    ///   - layout: How the decoded pixels will lie.
    ///   - scratchByteCount: Bytes beside the pixels; asked for after the sizes were found to be within the limits.
    ///   - details: What the decoder goes on from.
    ///   - limits: What the picture may cost.
    /// - Throws: `ImagingError`.
    init(
        _ format: ImageFormat,
        width: Int,
        height: Int,
        layout: PixelLayout = .rgb,
        scratchByteCount: @autoclosure () -> Int = 0,
        details: Details,
        within limits: DecodingLimits
    ) throws(ImagingError) {
        try limits.check(width: width, height: height, of: format)
        self.format = format
        self.width = width
        self.height = height
        self.layout = layout
        self.scratchByteCount = scratchByteCount()
        self.details = details
    }

    /// Bytes of the decoded image, by its layout.
    package var pixelByteCount: Int { layout.byteCount(height: height, width: width) }
}
