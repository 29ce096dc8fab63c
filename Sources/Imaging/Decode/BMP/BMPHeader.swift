import Telemetry

/// The two headers of a Windows bitmap: where the pixels are, and what their bits mean.
struct BMPHeader: Equatable {
    /// How the pixels are packed.
    enum Packing: Equatable {
        /// Numbers of colours, 1, 4 or 8 bits each.
        case indexed(bits: Int, ColourTable)
        /// Numbers of colours, in runs.
        case runs(bits: Int, ColourTable)
        /// 2, 3 or 4 bytes, of which the masks take colours out.
        case masked(byteCount: Int, red: Mask, green: Mask, blue: Mask)
    }

    /// Where in a pixel's number a colour is.
    struct Mask: Equatable {
        let shift: UInt32
        /// The largest value.
        let limit: UInt32

        /// nil for bits that do not lie together.
        init?(_ bits: UInt32) {
            shift = bits == 0 ? 0 : UInt32(bits.trailingZeroBitCount)
            limit = bits >> shift
            guard limit & (limit &+ 1) == 0 else { return nil }
        }

        /// The colour in `number`, as a byte.
        func level(_ number: UInt32) -> UInt8 {
            guard limit > 0 else { return 0 }
            return UInt8(truncatingIfNeeded: UInt64(number >> shift & limit) * 255 / UInt64(limit))
        }
    }

    let width: Int
    let height: Int
    /// Whether the first row is the lowest, as usual.
    let isBottomUp: Bool
    let packing: Packing
    /// Where the pixels begin.
    let start: Int

    private static let operation = OperationName("bmp_header.read", "BMP header")
    private static let cut = ImagingError(.truncated, operation: operation, message: "the file ends inside its header")

    init(parsing bytes: UnsafeRawBufferPointer) throws(ImagingError) {
        let file = LittleEndian(bytes: bytes)
        guard let offset = file.uint32(at: 10), let size = file.uint32(at: 14) else { throw Self.cut }
        let isCore = size == 12
        guard isCore || [40, 52, 56, 64, 108, 124].contains(size) else {
            throw Self.unsupported("a header of \(size) bytes")
        }
        guard let (width, storedHeight, bits) = Self.dimensions(file, isCore: isCore) else { throw Self.cut }
        // A height below zero tells that the first row is the uppermost.
        isBottomUp = isCore || storedHeight < 1 << 31
        self.width = width
        height = isBottomUp ? storedHeight : 1 << 32 - storedHeight
        guard let compression = isCore ? 0 : file.uint32(at: 30) else { throw Self.cut }
        // The masks of the shortest header stand behind it.
        let headerEnd = 14 + size + (compression == 3 && size == 40 ? 12 : 0)
        let colourCount = isCore ? 0 : file.uint32(at: 46) ?? 0
        let entry = isCore ? 3 : 4
        let count = bits <= 8 ? (colourCount > 0 ? min(colourCount, 65_536) : 1 << bits) : 0
        let tableEnd = headerEnd + count * entry
        start = offset == 0 || (offset == 14 + size && bits <= 8) ? tableEnd : offset
        switch (bits, compression) {
        case (1, 0), (4, 0), (8, 0): packing = .indexed(bits: bits, try Self.table(bytes, headerEnd..<tableEnd, entry))
        case (8, 1), (4, 2): packing = .runs(bits: bits, try Self.table(bytes, headerEnd..<tableEnd, entry))
        case (16, 0): packing = try Self.masked(2, 0x7C00, 0x3E0, 0x1F)
        case (24, 0): packing = try Self.masked(3, 0xFF_0000, 0xFF00, 0xFF)
        case (32, 0): packing = try Self.masked(4, 0xFF_0000, 0xFF00, 0xFF)
        case (16, 3), (24, 3), (32, 3): packing = try Self.masked(bits / 8, in: file)
        default: throw Self.unsupported("\(bits) bits a pixel with compression \(compression)")
        }
    }

    private static func dimensions(_ file: LittleEndian, isCore: Bool) -> (width: Int, height: Int, bits: Int)? {
        if isCore {
            guard let width = file.uint16(at: 18), let height = file.uint16(at: 20), let bits = file.uint16(at: 24)
            else {
                return nil
            }
            return (width, height, bits)
        }
        guard let width = file.uint32(at: 18), let height = file.uint32(at: 22), let bits = file.uint16(at: 28) else {
            return nil
        }
        return (width, height, bits)
    }

    private static func table(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ entry: Int
    ) throws(ImagingError) -> ColourTable {
        guard range.upperBound <= bytes.count else { throw cut }
        return ColourTable(bytes[range], stride: entry, order: (red: 2, green: 1, blue: 0))
    }

    private static func masked(_ byteCount: Int, in file: LittleEndian) throws(ImagingError) -> Packing {
        guard let red = file.uint32(at: 54), let green = file.uint32(at: 58), let blue = file.uint32(at: 62) else {
            throw cut
        }
        guard red | green | blue != 0 else { return try masked(byteCount, 0xFF_0000, 0xFF00, 0xFF) }
        return try masked(byteCount, UInt32(red), UInt32(green), UInt32(blue))
    }

    private static func masked(
        _ byteCount: Int,
        _ red: UInt32,
        _ green: UInt32,
        _ blue: UInt32
    ) throws(ImagingError) -> Packing {
        guard let red = Mask(red), let green = Mask(green), let blue = Mask(blue) else {
            throw unsupported("masks with gaps")
        }
        return .masked(byteCount: byteCount, red: red, green: green, blue: blue)
    }

    private static func unsupported(_ what: String) -> ImagingError {
        ImagingError(.unsupportedFormat, operation: operation, message: "BMP with \(what) is not supported")
    }
}
