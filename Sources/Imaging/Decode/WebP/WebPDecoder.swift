import Foundation
import Telemetry

/// Decodes a WebP by libwebp, where it is installed; of a moving one the first picture, on its canvas.
struct WebPDecoder {
    /// What decoding may cost.
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

/// libwebp, loaded when the first WebP comes.
///
/// `@unchecked Sendable`: nothing changes once it is made, and the library's functions have no state.
final class WebPLibrary: @unchecked Sendable {
    private typealias Version = @convention(c) () -> Int32
    private typealias Info =
        @convention(c) (
            UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?
        ) -> Int32
    private typealias Decode =
        @convention(c) (
            UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Int, Int32
        ) -> UnsafeMutablePointer<UInt8>?

    /// nil where it is not installed.
    static let shared = WebPLibrary()
    static let missing = ImagingError(
        .unsupportedFormat,
        operation: OperationName("webp_header.read", "WebP header"),
        message: "WebP is not supported here, as libwebp is not installed"
    )

    let version: String
    private let info: Info
    private let decodeInto: Decode

    private init?() {
        guard let library = dlopen("libwebp.so.7", RTLD_NOW | RTLD_LOCAL),
            let version = dlsym(library, "WebPGetDecoderVersion"), let info = dlsym(library, "WebPGetInfo"),
            let decode = dlsym(library, "WebPDecodeRGBInto")
        else { return nil }
        self.info = unsafeBitCast(info, to: Info.self)
        decodeInto = unsafeBitCast(decode, to: Decode.self)
        let number = unsafeBitCast(version, to: Version.self)()
        self.version = "\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    /// Whether the picture of this size could be written.
    func decode(
        _ data: UnsafeRawBufferPointer,
        width: Int,
        height: Int,
        into memory: UnsafeMutableRawBufferPointer,
        pitch: Int
    ) -> Bool {
        let bytes = data.bindMemory(to: UInt8.self).baseAddress
        var size: (width: Int32, height: Int32) = (0, 0)
        guard info(bytes, data.count, &size.width, &size.height) != 0, size == (Int32(width), Int32(height)) else {
            return false
        }
        return decodeInto(
            bytes,
            data.count,
            memory.bindMemory(to: UInt8.self).baseAddress,
            memory.count,
            Int32(pitch)
        ) != nil
    }
}
