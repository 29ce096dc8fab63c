import Foundation
import Telemetry

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
