/// Turns the bytes of a JPEG or a PNG into pixels, the same as Pillow's `open(…).convert("RGB")` gives.
///
/// The header is read and checked against the limit before any memory is taken. A body that ends early or contradicts
/// itself is an error, never half a picture. An EXIF orientation is not applied, as Pillow does not.
///
/// Decoding blocks its thread for tens of milliseconds: call it outside the cooperative pool.
package struct ImageDecoder: Sendable {
    /// Changes whenever the same bytes would give other pixels, or pixels that lie otherwise; a part of the keys of stored pixels.
    package static let version = "8bit-2"

    /// The most pixels (width × height) an image may declare.
    package let maximumPixels: Int

    /// Creates a decoder that refuses images of more than `maximumPixels` pixels.
    package init(maximumPixels: Int = 200_000_000) {
        self.maximumPixels = maximumPixels
    }

    /// Reads format and size from the first bytes.
    ///
    /// The body may be incomplete if it holds the header.
    /// - Throws: `ImagingError`; `.tooManyPixels` for an image above the limit.
    package func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        switch try ImageSniffer.format(of: bytes) {
        case .jpeg: try checked(JPEGHeader(parsing: bytes).summary())
        case .png: try checked(PNGDecoder.header(of: bytes))
        }
    }

    /// Decodes a whole image into memory lent by `pool`.
    /// - Throws: `ImagingError`.
    package func decode(
        _ bytes: UnsafeRawBufferPointer,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> PixelBuffer {
        switch try ImageSniffer.format(of: bytes) {
        case .jpeg:
            let header = try JPEGHeader(parsing: bytes)
            _ = try checked(header.summary())
            return try JPEGDecoder.decode(bytes, header: header, into: pool)
        case .png:
            let header = try checked(PNGDecoder.header(of: bytes))
            return try PNGDecoder.decode(bytes, header: header, into: pool)
        }
    }

    /// Reads format and size from the first bytes.
    /// - Throws: `ImagingError`; `.tooManyPixels` for an image above the limit.
    package func header(of bytes: [UInt8]) throws(ImagingError) -> ImageHeader {
        try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
            try header(of: UnsafeRawBufferPointer(bytes))
        }
    }

    /// Decodes a whole image into memory lent by `pool`.
    /// - Throws: `ImagingError`.
    package func decode(_ bytes: [UInt8], into pool: PixelBufferPool) throws(ImagingError) -> PixelBuffer {
        try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
            try decode(UnsafeRawBufferPointer(bytes), into: pool)
        }
    }

    private func checked(_ header: ImageHeader) throws(ImagingError) -> ImageHeader {
        // Sides of a JPEG fit 16 bits and those of a PNG 31, so their product fits Int wherever Int has 64.
        let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
        guard !overflow, pixels <= maximumPixels else {
            let size = overflow ? "too many pixels to count" : Self.megapixels(pixels)
            throw ImagingError(
                .tooManyPixels,
                message: "\(header.width) × \(header.height) pixels (\(size)) is more than the limit of "
                    + Self.megapixels(maximumPixels),
                operation: "read \(header.format.rawValue) header"
            )
        }
        return header
    }

    /// 200_000_000 → "200 MP", 4_290_250_000 → "4.3 GP"; small counts in full.
    private static func megapixels(_ count: Int) -> String {
        switch count {
        case 1_000_000_000...: "\(count / 1_000_000_000).\(count / 100_000_000 % 10) GP"
        case 10_000_000...: "\(count / 1_000_000) MP"
        case 1_000_000...: "\(count / 1_000_000).\(count / 100_000 % 10) MP"
        default: "\(count) pixels"
        }
    }
}
