import CXXHash
package import Imaging

/// The header before the pixels in a stored tensor: 32 bytes, numbers little-endian.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 4 | `ANTT` |
/// | 4 | 2 | version: 2, or 3 when a ``RedisSeal`` follows the header |
/// | 6 | 2 | channels, 3 |
/// | 8 | 4 | height |
/// | 12 | 4 | width |
/// | 16 | 8 | version 2: XXH3, 64 bits, of the pixels; version 3: zero |
/// | 24 | 2 | layout of the pixels: 1 for packed RGB, 2 for planes of YCbCr 4:2:0 |
/// | 26 | 2 | 1 when a part of the picture is missing or wrong, else 0; with anything else it is no header |
/// | 28 | 4 | zero |
package struct TensorHeader: Equatable, Sendable {
    /// The bytes of an encoded header.
    package static let byteCount = 32

    /// How the pixels lie.
    package let layout: PixelLayout
    /// Rows.
    package let height: Int
    /// Columns.
    package let width: Int
    /// XXH3, 64 bits, of the pixels; zero when they are sealed.
    package let checksum: UInt64
    /// Whether a seal follows, which says more than a checksum can: who wrote the pixels.
    package let isSealed: Bool
    /// Whether a part of the picture is missing or wrong, and was accepted so.
    package let isDamaged: Bool

    /// Bytes of pixels that follow.
    package var pixelByteCount: Int { layout.byteCount(height: height, width: width) }

    private static let magic: UInt32 = 0x5454_4E41
    private static let version: UInt16 = 2
    private static let sealedVersion: UInt16 = 3
    /// Sides beyond it are no image of ours, and their product could overflow.
    private static let sides = 1...1 << 20
    private static let channels = 3
    private static let damagedFlag: UInt16 = 1

    /// Describes `pixels` of `height` × `width`.
    package init(
        layout: PixelLayout,
        height: Int,
        width: Int,
        isDamaged: Bool = false,
        pixels: UnsafeRawBufferPointer
    ) {
        self.layout = layout
        self.height = height
        self.width = width
        self.checksum = Self.checksum(of: pixels)
        self.isSealed = false
        self.isDamaged = isDamaged
    }

    /// Describes pixels of `height` × `width` that a seal vouches for.
    package init(sealedLayout layout: PixelLayout, height: Int, width: Int, isDamaged: Bool = false) {
        self.layout = layout
        self.height = height
        self.width = width
        self.checksum = 0
        self.isSealed = true
        self.isDamaged = isDamaged
    }

    /// Reads a header; nil when it is not one, or not one of a version that is known.
    ///
    /// - Parameter bytes: At least 32 bytes.
    package init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount,
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)) == Self.magic,
            UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self)) == Self.channels,
            let layout = PixelLayout(
                rawValue: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt16.self))
            )
        else { return nil }
        switch UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)) {
        case Self.version: isSealed = false
        case Self.sealedVersion: isSealed = true
        default: return nil
        }
        // Unknown to workers before this one, which wrote zeros here and pass over it.
        switch UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 26, as: UInt16.self)) {
        case 0: isDamaged = false
        case Self.damagedFlag: isDamaged = true
        default: return nil
        }
        self.layout = layout
        height = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        width = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)))
        checksum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        guard Self.sides.contains(height), Self.sides.contains(width), !isSealed || checksum == 0 else { return nil }
    }

    /// The header as it is stored.
    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        Self.append(Self.magic, to: &bytes)
        Self.append(isSealed ? Self.sealedVersion : Self.version, to: &bytes)
        Self.append(UInt16(Self.channels), to: &bytes)
        Self.append(UInt32(height), to: &bytes)
        Self.append(UInt32(width), to: &bytes)
        Self.append(checksum, to: &bytes)
        Self.append(layout.rawValue, to: &bytes)
        Self.append(isDamaged ? Self.damagedFlag : 0, to: &bytes)
        bytes.append(contentsOf: repeatElement(0, count: Self.byteCount - bytes.count))
        return bytes
    }

    /// Whether `pixels` are those the header was made for; never for a sealed one, which only its seal can tell.
    package func describes(_ pixels: UnsafeRawBufferPointer) -> Bool {
        !isSealed && pixels.count == pixelByteCount && Self.checksum(of: pixels) == checksum
    }

    private static func checksum(of pixels: UnsafeRawBufferPointer) -> UInt64 {
        XXH3_64bits(pixels.baseAddress, pixels.count)
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
