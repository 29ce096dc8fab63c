import CSPNG
import Telemetry

/// A libspng context over lent bytes.
struct PNGReader: ~Copyable {
    private let context: OpaquePointer
    private let bytes: UnsafeRawBufferPointer
    static let operation = OperationName("png.decode", "PNG")

    /// Most bytes of one text, profile or other side chunk: without a limit a few kilobytes unpack into gigabytes.
    private static let maximumSideChunk = 16 << 20

    private init(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) {
        guard let context = spng_ctx_new(0) else {
            throw ImagingError(.outOfMemory, operation: Self.operation, message: "libspng did not start")
        }
        self.context = context
        self.bytes = bytes
    }

    /// Opens a PNG; the bytes must stay in place while the reader lives.
    static func open(
        _ bytes: UnsafeRawBufferPointer,
        checkingSums: Bool = true
    ) throws(ImagingError) -> PNGReader {
        let reader = try PNGReader(bytes)
        let action = Int32((checkingSums ? SPNG_CRC_ERROR : SPNG_CRC_USE).rawValue)
        try check(spng_set_crc_action(reader.context, action, action))
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

    /// Decodes all rows and reads on to the end chunk.
    ///
    /// - Returns: What is wrong, with the rows up to there decoded and those behind black.
    /// - Throws: `ImagingError` when there is not one row, or the time is over.
    func decode(
        format: spng_format,
        rowCount: Int,
        into memory: UnsafeMutableRawBufferPointer,
        clock: DecodingClock
    ) throws(ImagingError) -> ImagingError? {
        try Self.check(
            spng_decode_image(context, nil, 0, Int32(format.rawValue), Int32(SPNG_DECODE_PROGRESSIVE.rawValue))
        )
        let pitch = memory.count / rowCount
        let (rows, status) = try decodeRows(pitch: pitch, into: memory, clock: clock)
        guard status == Int32(SPNG_EOI.rawValue) else {
            let problem = Self.error(status)
            guard rows > 0, problem.code != .outOfMemory else { throw problem }
            return problem
        }
        // As of a JPEG, only the end may be missing: every row is there.
        let ending = spng_decode_chunks(context)
        guard ending != 0 else { return nil }
        let problem = Self.error(ending)
        return problem.code == .truncated && lacksOnlyItsEnd ? nil : problem
    }

    /// Decodes rows until none is left or one fails.
    private func decodeRows(
        pitch: Int,
        into memory: UnsafeMutableRawBufferPointer,
        clock: DecodingClock
    ) throws(ImagingError) -> (rows: Int, status: Int32) {
        // What a row that fails leaves is not what another image left in this memory. Rows of an interlaced image are gone over
        // several times.
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        var rows = 0
        while true {
            if rows % 64 == 0 { try clock.check() }
            var place = spng_row_info()
            var status = spng_get_row_info(context, &place)
            guard status == 0, let base = memory.baseAddress, (Int(place.row_num) + 1) * pitch <= memory.count else {
                return (rows, status == 0 ? Int32(SPNG_EINVAL.rawValue) : status)
            }
            status = spng_decode_row(context, base + Int(place.row_num) * pitch, pitch)
            guard status == 0 else { return (rows, status) }
            rows += 1
        }
    }

    /// Whether all that holds pixels is complete, by the chunks' own lengths, and the file ends before its end chunk does.
    private var lacksOnlyItsEnd: Bool {
        var position = 8
        var hasPixels = false
        while position + 8 <= bytes.count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).bigEndian)
            let isPixels = bytes[(position + 4)..<(position + 8)].elementsEqual("IDAT".utf8)
            guard position + 12 + length <= bytes.count else { return hasPixels && !isPixels }
            hasPixels = hasPixels || isPixels
            position += 12 + length
        }
        return hasPixels
    }

    /// The file with its last, cut off block as long as what is left of it, and an end.
    ///
    /// Its sums are no longer right.
    static func repaired(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var repaired = Array(bytes)
        var position = 8
        while position + 8 <= bytes.count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).bigEndian)
            if position + 12 + length > bytes.count {
                let rest = UInt32(clamping: bytes.count - position - 8)
                withUnsafeBytes(of: rest.bigEndian) { repaired.replaceSubrange(position..<(position + 4), with: $0) }
                repaired += [0, 0, 0, 0]
                break
            }
            position += 12 + length
        }
        return repaired + [0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
    }

    private static func check(_ status: Int32) throws(ImagingError) {
        guard status == 0 else { throw error(status) }
    }

    private static func error(_ status: Int32) -> ImagingError {
        if status == Int32(SPNG_IO_EOF.rawValue) || status == Int32(SPNG_EOF.rawValue) {
            return .endsEarly(operation: operation, nativeCode: Int32(status))
        }
        let text = spng_strerror(status).map { String(cString: $0) } ?? "unknown error"
        let (code, message): (ImagingError.Code, String) =
            switch status {
            case Int32(SPNG_EOVERFLOW.rawValue):
                (.tooManyPixels, "more pixels than any memory holds")
            case Int32(SPNG_EWIDTH.rawValue), Int32(SPNG_EHEIGHT.rawValue):
                (.zeroSize, "width or height is zero or beyond the format's range")
            case Int32(SPNG_EMEM.rawValue):
                (.outOfMemory, text)
            default:
                (.damaged, "damaged: \(text)")
            }
        return ImagingError(code, operation: operation, message: message, nativeCode: Int32(status))
    }
}
