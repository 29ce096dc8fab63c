import CTurboJPEG
import Telemetry

/// libjpeg-turbo and nothing around it: one decompressor, one buffer.
///
/// The yardstick that decoding is measured against; no judgement of what is decoded, so nothing for images of strangers. Confined to
/// one thread.
package final class UncheckedJPEGDecoder {
    private let handle: tjhandle
    /// The RGB pixels of the last image, tightly packed, at the start; behind them what larger images left.
    package private(set) var pixels: [UInt8] = []

    /// Makes the decompressor.
    ///
    /// - Throws: `ImagingError` when the system has no memory for it.
    package init() throws(ImagingError) {
        guard let handle = tjInitDecompress() else {
            throw ImagingError(.outOfMemory, operation: JPEGDecoder.operation, message: "libjpeg-turbo did not start")
        }
        self.handle = handle
    }

    deinit {
        tjDestroy(handle)
    }

    /// Decodes into the buffer, which grows to the largest image.
    ///
    /// - Throws: `ImagingError` with libjpeg-turbo's message.
    package func decode(_ bytes: [UInt8]) throws(ImagingError) {
        var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let size = UInt(bytes.count)
        guard tjDecompressHeader3(handle, bytes, size, &width, &height, &subsampling, &colours) == 0 else {
            throw failure
        }
        let needed = Int(width) * Int(height) * 3
        if pixels.count < needed { pixels = [UInt8](repeating: 0, count: needed) }
        let format = Int32(TJPF_RGB.rawValue)
        guard tjDecompress2(handle, bytes, size, &pixels, width, width * 3, height, format, 0) == 0 else {
            throw failure
        }
    }

    private var failure: ImagingError {
        let message = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
        return ImagingError(.damaged, operation: JPEGDecoder.operation, message: message)
    }
}
