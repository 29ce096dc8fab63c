import CJPEGReader
import Telemetry

/// Decodes a JPEG by libjpeg-turbo with its default settings: the accurate integer DCT and smooth upsampling, whose pixels
/// are those of Pillow.
///
/// With chroma of half the width and height, which is nearly all cameras, the planes are kept as they are, and become RGB where somebody
/// looks.
struct JPEGDecoder {
    /// Limits on the cost of decoding.
    let limits: DecodingLimits

    static let operation = OperationName("jpeg.decode", "JPEG")
    /// The memory that libjpeg takes beside coefficients, in bytes: tables, and some rows of at most 65,500 pixels.
    private static let workingMemory = 32 << 20

    /// Reads size and memory needs from the segments before the first scan.
    func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        let header = try JPEGHeader(parsing: bytes)
        return try ImageHeader(
            .jpeg,
            width: header.width,
            height: header.height,
            layout: header.layout,
            scratchByteCount: header.coefficientByteCount + header.cmykByteCount,
            details: .jpeg(header),
            within: limits
        )
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    ///
    /// - Returns: The pixels, and what is wrong with them: where the file is damaged, libjpeg invented some.
    /// - Throws: `ImagingError` when there are no pixels.
    func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        guard header.firstScan != nil else { throw Self.cutInHeader }
        var damage: ImagingError?
        guard header.components == 4 else {
            let layout = header.layout
            let pixels = try PixelBuffer(pool: pool, layout: layout, height: header.height, width: header.width) {
                pixels throws(ImagingError) in
                let output = layout == .rgb ? JPEG_READER_RGB : JPEG_READER_PLANES420
                damage = try read(bytes, header: header, output: output, to: pixels)
            }
            return DecodedImage(pixels: pixels, damage: damage)
        }
        // libjpeg turns YCCK into CMYK but neither into RGB.
        let cmyk = try pool.lease(byteCount: header.cmykByteCount)
        damage = try read(bytes, header: header, output: JPEG_READER_CMYK, to: cmyk.bytes)
        let pixels = try PixelBuffer(pool: pool, height: header.height, width: header.width) { pixels in
            CMYK.convertInverted(UnsafeRawBufferPointer(cmyk.bytes), toRGB: pixels)
        }
        return DecodedImage(pixels: pixels, damage: damage)
    }

    private func read(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        output: JPEGReaderOutput,
        to memory: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) -> ImagingError? {
        guard let source = bytes.bindMemory(to: UInt8.self).baseAddress,
            let pixels = memory.bindMemory(to: UInt8.self).baseAddress
        else { throw Self.cutInHeader }
        var request = JPEGReaderRequest(
            bytes: source,
            count: bytes.count,
            width: UInt32(header.width),
            height: UInt32(header.height),
            output: output,
            memory_limit: header.coefficientByteCount + Self.workingMemory,
            scan_limit: Int32(clamping: limits.scans),
            time_limit: limits.processorTime.nanoseconds
        )
        return try damage(in: jpeg_reader_read(&request, pixels))
    }

    private static let cutInHeader = ImagingError(
        .truncated,
        operation: operation,
        message: "the file ends inside its header"
    )
}
