import CSPNG

/// Decodes a PNG by libspng.
///
/// Transparency and gamma are ignored, as Pillow's `convert("RGB")` ignores them.
enum PNGDecoder {
    /// Reads the size from the IHDR chunk, which by the standard comes first.
    static func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        let reader = try SPNGReader.open(bytes)
        let header = try reader.header()
        return ImageHeader(
            format: .png,
            width: Int(header.width),
            height: Int(header.height),
            layout: .rgb,
            scratchPerTile: isDeepGrey(header) ? 64 * 2 : 0
        )
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: ImageHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> PixelBuffer {
        guard isComplete(bytes) else { throw SPNGReader.truncated }
        let reader = try SPNGReader.open(bytes)
        guard isDeepGrey(try reader.header()) else {
            return try PixelBuffer(pool: pool, height: header.height, width: header.width) {
                pixels throws(ImagingError) in
                try reader.decode(format: SPNG_FMT_RGB8, into: pixels)
            }
        }
        let samples = try pool.lease(byteCount: header.width * header.height * 2)
        try reader.decode(format: SPNG_FMT_PNG, into: samples.bytes)
        return try PixelBuffer(pool: pool, height: header.height, width: header.width) { pixels in
            expandDeepGrey(samples.bytes, into: pixels)
        }
    }

    /// Whether the chunks reach to the end chunk and its checksum, which libspng does not ask for.
    private static func isComplete(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 8
        while position + 12 <= bytes.count {
            let length = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).bigEndian
            let isEnd = bytes[(position + 4)..<(position + 8)].elementsEqual("IEND".utf8)
            position += Int(length) + 12
            if isEnd { return position <= bytes.count }
        }
        return false
    }

    private static func isDeepGrey(_ header: spng_ihdr) -> Bool {
        header.bit_depth == 16 && UInt32(header.color_type) == SPNG_COLOR_TYPE_GRAYSCALE.rawValue
    }

    /// Pillow keeps 16-bit grey as it is and cuts it off at 255 when it becomes RGB, rather than scaling it.
    private static func expandDeepGrey(
        _ samples: UnsafeMutableRawBufferPointer,
        into pixels: UnsafeMutableRawBufferPointer
    ) {
        for (index, sample) in samples.bindMemory(to: UInt16.self).enumerated() {
            let level = UInt8(clamping: sample)
            for channel in 0..<3 { pixels[index * 3 + channel] = level }
        }
    }
}

/// A libspng context over lent bytes.
private struct SPNGReader: ~Copyable {
    private let context: OpaquePointer
    private static let operation = "decode PNG"
    static let truncated = ImagingError(
        .truncated,
        message: "the file ends before the picture does",
        operation: operation
    )

    /// Most bytes of one text, profile or other side chunk: without a limit a few kilobytes unpack into gigabytes.
    private static let maximumSideChunk = 16 << 20

    private init() throws(ImagingError) {
        guard let context = spng_ctx_new(0) else {
            throw ImagingError(.outOfMemory, message: "libspng did not start", operation: Self.operation)
        }
        self.context = context
    }

    /// Opens a PNG; the bytes must stay in place while the reader lives.
    static func open(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> SPNGReader {
        let reader = try SPNGReader()
        let failing = Int32(SPNG_CRC_ERROR.rawValue)
        try check(spng_set_crc_action(reader.context, failing, failing))
        try check(spng_set_chunk_limits(reader.context, maximumSideChunk, maximumSideChunk))
        try check(spng_set_png_buffer(reader.context, bytes.baseAddress, bytes.count))
        return reader
    }

    deinit {
        spng_ctx_free(context)
    }

    func header() throws(ImagingError) -> spng_ihdr {
        var header = spng_ihdr()
        try Self.check(spng_get_ihdr(context, &header))
        return header
    }

    /// Decodes all rows and reads on to the end chunk, so that a missing tail is found.
    func decode(format: spng_format, into memory: UnsafeMutableRawBufferPointer) throws(ImagingError) {
        try Self.check(
            spng_decode_image(context, memory.baseAddress, memory.count, Int32(format.rawValue), 0)
        )
        try Self.check(spng_decode_chunks(context))
    }

    private static func check(_ status: Int32) throws(ImagingError) {
        guard status != 0 else { return }
        let text = spng_strerror(status).map { String(cString: $0) } ?? "unknown error"
        let (code, message): (ImagingError.Code, String) =
            switch status {
            case Int32(SPNG_IO_EOF.rawValue), Int32(SPNG_EOF.rawValue):
                (truncated.code, truncated.message)
            case Int32(SPNG_EOVERFLOW.rawValue):
                (.tooManyPixels, "more pixels than any memory holds")
            case Int32(SPNG_EWIDTH.rawValue), Int32(SPNG_EHEIGHT.rawValue):
                (.zeroSize, "width or height is zero or beyond the format's range")
            case Int32(SPNG_EMEM.rawValue):
                (.outOfMemory, text)
            default:
                (.damaged, "damaged: \(text)")
            }
        throw ImagingError(code, nativeCode: Int(status), message: message, operation: operation)
    }
}
