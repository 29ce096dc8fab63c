import CTIFFReader
import Telemetry

/// The first page of a TIFF, by its tags.
struct TIFFHeader: Equatable {
    /// The meaning of a pixel's samples.
    enum Kind: Equatable {
        /// `isInverted` where zero is white.
        case grey(isInverted: Bool)
        /// Of 16 bits.
        case deepGrey
        case palette
        /// `isMultiplied` where the colours are multiplied by the alpha behind them.
        case rgb(isMultiplied: Bool)
        case cmyk
    }

    /// As stored.
    let width: Int
    let height: Int
    /// How it is to be turned: of TIFF alone Pillow does that by itself.
    let orientation: TIFFOrientation
    let kind: Kind
    let bits: Int
    /// Of a pixel, those that are not used included.
    let samples: Int
    /// Whether each sample has blocks of its own.
    let isPlanar: Bool
    let blockWidth: Int
    let blockHeight: Int
    /// Of a decoded strip or tile.
    let blockByteCount: Int

    /// Eight samples of 16 bits.
    static let maximumPixelByteCount = 16
    private static let operation = OperationName("tiff_header.read", "TIFF header")

    init(_ info: TIFFReaderInfo) throws(ImagingError) {
        width = Int(info.width)
        height = Int(info.height)
        orientation = TIFFOrientation(orientation: info.orientation)
        bits = Int(info.bits_per_sample)
        samples = Int(info.samples_per_pixel)
        isPlanar = info.is_planar && samples > 1
        blockWidth = Int(info.block_width)
        blockHeight = Int(info.block_height)
        blockByteCount = Int(clamping: info.block_byte_count)
        kind = try Self.kind(info)
    }

    /// The samples that are read where each has blocks of its own.
    var planes: Int {
        guard isPlanar else { return 1 }
        if case .rgb = kind { return 3 }
        return 1
    }

    /// Bytes of a row of a block.
    var pitch: Int { (blockWidth * (isPlanar ? 1 : samples) * bits + 7) / 8 }

    private static func kind(_ info: TIFFReaderInfo) throws(ImagingError) -> Kind {
        let bits = Int(info.bits_per_sample)
        let samples = Int(info.samples_per_pixel)
        guard info.sample_format == 1, samples <= maximumPixelByteCount / 2 else {
            throw unsupported("samples of format \(info.sample_format), \(samples) of them,")
        }
        // libtiff turns the YCbCr of JPEG into RGB.
        let isJPEG = info.compression == 7
        switch (info.photometric, bits) {
        case (0, 1), (0, 2), (0, 4), (0, 8): return .grey(isInverted: true)
        case (1, 1), (1, 2), (1, 4), (1, 8): return .grey(isInverted: false)
        case (0, 16), (1, 16): return .deepGrey
        case (3, 1), (3, 2), (3, 4), (3, 8): return .palette
        case (2, 8) where samples >= 3, (2, 16) where samples >= 3:
            return .rgb(isMultiplied: samples > 3 && info.extra_sample == 1 && !info.is_planar)
        case (6, 8) where samples == 3 && isJPEG: return .rgb(isMultiplied: false)
        case (5, 8) where samples >= 4 && !info.is_planar: return .cmyk
        default: throw unsupported("\(samples) samples of \(bits) bits and colours of kind \(info.photometric)")
        }
    }

    private static func unsupported(_ what: String) -> ImagingError {
        ImagingError(.unsupportedFormat, operation: operation, message: "TIFF with \(what) is not supported")
    }
}
