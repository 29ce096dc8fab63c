import Foundation
import Telemetry

/// Decodes a WebP by libwebp, where it is installed; of a moving one the first picture, on its canvas.
struct WebPDecoder {
    /// Limits on the cost of decoding.
    let limits: DecodingLimits

    private static let operation = OperationName("webp.decode", "WebP")

    /// Reads size and place of the first picture.
    func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        guard WebPLibrary.shared != nil else { throw WebPLibrary.missing }
        let header = try WebPHeader(parsing: bytes)
        return try ImageHeader(
            .webp,
            width: header.width,
            height: header.height,
            // libwebp keeps a lossless picture as words until it is whole, and of another only some rows.
            scratchByteCount: header.isLossless ? header.frameWidth * header.frameHeight * 4 : 0,
            details: .webp(header),
            within: limits
        )
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    ///
    /// libwebp cannot be stopped; its time is bounded by the number of pixels.
    func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: WebPHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        guard let library = WebPLibrary.shared else { throw WebPLibrary.missing }
        let data = UnsafeRawBufferPointer(rebasing: bytes[header.data])
        let pixels = try PixelBuffer(pool: pool, height: header.height, width: header.width) {
            pixels throws(ImagingError) in
            if header.frameWidth != header.width || header.frameHeight != header.height {
                pixels.initializeMemory(as: UInt8.self, repeating: 0)
            }
            let pitch = header.width * 3
            let place = UnsafeMutableRawBufferPointer(rebasing: pixels[(header.y * pitch + header.x * 3)...])
            guard library.decode(data, width: header.frameWidth, height: header.frameHeight, into: place, pitch: pitch)
            else {
                throw header.isCut
                    ? .endsEarly(operation: Self.operation)
                    : ImagingError(
                        .damaged,
                        operation: Self.operation,
                        message: "damaged: libwebp cannot read the picture's data"
                    )
            }
        }
        return DecodedImage(pixels: pixels, damage: nil)
    }
}
