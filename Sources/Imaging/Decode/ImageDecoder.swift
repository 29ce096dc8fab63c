/// Turns the bytes of an image file into pixels, the same as Pillow's `open(…).convert("RGB")` gives.
///
/// The header is read and checked against the limits before any memory is taken. A body that ends early or contradicts
/// itself is an error, never half a picture, unless damaged images are accepted. An EXIF orientation is not applied, as Pillow does not.
///
/// Decoding blocks its thread for tens of milliseconds: call it outside the cooperative pool.
package struct ImageDecoder: Sendable {
    /// Changes whenever the same bytes would give other pixels, or pixels that lie otherwise; a part of the keys of stored pixels.
    package static let version = "8bit-2"

    /// Limits on the cost of an image.
    package let limits: DecodingLimits
    /// How to treat an image of which only a part can be decoded.
    package let damaged: DamagePolicy

    /// Creates a decoder that refuses images beyond `limits`.
    package init(limits: DecodingLimits = DecodingLimits(), damaged: DamagePolicy = .error) {
        self.limits = limits
        self.damaged = damaged
    }

    /// Reads format and size from the first bytes.
    ///
    /// The body may be incomplete if it holds the header.
    /// - Throws: `ImagingError`; `.tooManyPixels` for an image above the limit.
    package func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        switch try ImageSniffer.format(of: bytes) {
        case .jpeg: try JPEGDecoder(limits: limits).header(of: bytes)
        case .png: try PNGDecoder(limits: limits, damaged: damaged).header(of: bytes)
        case .webp: try WebPDecoder(limits: limits).header(of: bytes)
        case .tiff: try TIFFDecoder(limits: limits).header(of: bytes)
        case .bmp: try BMPDecoder(limits: limits).header(of: bytes)
        case .gif: try GIFDecoder(limits: limits).header(of: bytes)
        }
    }

    /// Decodes a whole image, whose header this decoder has read, into memory lent by `pool`.
    /// - Throws: `ImagingError`.
    package func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: ImageHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        let image =
            switch header.details {
            case .jpeg(let jpeg): try JPEGDecoder(limits: limits).decode(bytes, header: jpeg, into: pool)
            case .png: try PNGDecoder(limits: limits, damaged: damaged).decode(bytes, header: header, into: pool)
            case .webp(let webp): try WebPDecoder(limits: limits).decode(bytes, header: webp, into: pool)
            case .tiff(let tiff): try TIFFDecoder(limits: limits).decode(bytes, header: tiff, into: pool)
            case .bmp(let bmp): try BMPDecoder(limits: limits).decode(bytes, header: bmp, into: pool)
            case .gif(let gif): try GIFDecoder(limits: limits).decode(bytes, header: gif, into: pool)
            }
        if let damage = image.damage, damaged == .error { throw damage }
        return image
    }

    /// Reads format and size from the first bytes.
    /// - Throws: `ImagingError`; `.tooManyPixels` for an image above the limit.
    package func header(of bytes: [UInt8]) throws(ImagingError) -> ImageHeader {
        try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
            try header(of: UnsafeRawBufferPointer(bytes))
        }
    }

    /// Decodes a whole image, whose header this decoder has read, into memory lent by `pool`.
    /// - Throws: `ImagingError`.
    package func decode(
        _ bytes: [UInt8],
        header: ImageHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
            try decode(UnsafeRawBufferPointer(bytes), header: header, into: pool)
        }
    }

    /// Reads the header and decodes, for whoever has no budget to ask in between.
    /// - Throws: `ImagingError`.
    package func decode(_ bytes: [UInt8], into pool: PixelBufferPool) throws(ImagingError) -> PixelBuffer {
        try decode(bytes, header: try header(of: bytes), into: pool).pixels
    }
}
