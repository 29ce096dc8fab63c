import CTurboJPEG
import Telemetry

/// Writes RGB pixels as a baseline JPEG, for generated scenes and thumbnails.
package struct JPEGEncoder: Sendable {
    /// How much of the colour is kept.
    package enum Subsampling: Sendable, CaseIterable {
        /// All of it.
        case none
        /// Half the columns (4:2:2).
        case horizontal
        /// Half the columns and half the rows (4:2:0).
        case both
    }

    /// 1 (small) to 100 (faithful).
    package var quality: Int
    /// How much of the colour is kept.
    package var subsampling: Subsampling

    /// Creates an encoder; a quality outside 1…100 is brought to the nearer end.
    package init(quality: Int = 90, subsampling: Subsampling = .both) {
        self.quality = min(max(quality, 1), 100)
        self.subsampling = subsampling
    }

    /// Encodes an image.
    /// - Throws: `ImagingError` with `.encodingFailed` or `.outOfMemory`.
    package func encode(_ buffer: PixelBuffer) throws(ImagingError) -> [UInt8] {
        try buffer.withRGB { (pixels) throws(ImagingError) in
            try encode(pixels, height: buffer.height, width: buffer.width)
        }
    }

    /// Encodes `height` rows of `width` RGB pixels, three bytes each, tightly packed.
    /// - Throws: `ImagingError` with `.invalidGeometry`, `.encodingFailed` or `.outOfMemory`.
    package func encode(_ pixels: UnsafeRawBufferPointer, height: Int, width: Int) throws(ImagingError) -> [UInt8] {
        guard (1...65_500).contains(height), (1...65_500).contains(width), pixels.count >= height * width * 3 else {
            throw ImagingError(
                .invalidGeometry,
                operation: Self.operation,
                message: "\(width) × \(height) pixels in \(pixels.count) bytes"
            )
        }
        guard let handle = tjInitCompress() else {
            throw ImagingError(.outOfMemory, operation: Self.operation, message: "libjpeg-turbo did not start")
        }
        defer { tjDestroy(handle) }
        var output: UnsafeMutablePointer<UInt8>?
        defer { tjFree(output) }
        var size: UInt = 0
        let status = tjCompress2(
            handle,
            pixels.bindMemory(to: UInt8.self).baseAddress,
            Int32(width),
            Int32(width * 3),
            Int32(height),
            Int32(TJPF_RGB.rawValue),
            &output,
            &size,
            Int32(nativeSubsampling.rawValue),
            Int32(quality),
            TJFLAG_ACCURATEDCT
        )
        guard status == 0, let output else {
            throw ImagingError(
                .encodingFailed,
                operation: Self.operation,
                message: tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error",
                nativeCode: tjGetErrorCode(handle)
            )
        }
        return Array(UnsafeBufferPointer(start: output, count: Int(size)))
    }

    private var nativeSubsampling: TJSAMP {
        switch subsampling {
        case .none: TJSAMP_444
        case .horizontal: TJSAMP_422
        case .both: TJSAMP_420
        }
    }

    private static let operation = OperationName("jpeg.encode", "JPEG")
}
