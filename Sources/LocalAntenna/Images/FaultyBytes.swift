/// Files with something wrong about them, made byte by byte.
enum FaultyBytes {
    /// A JPEG that ends after its frame header; the header claims the size given.
    static func jpegHeader(width: UInt16, height: UInt16) -> [UInt8] {
        let startOfImage: [UInt8] = [0xFF, 0xD8]
        let jfif: [UInt8] = [0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]
        let quantisation: [UInt8] = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 16, count: 64)
        let frame: [UInt8] =
            [0xFF, 0xC0, 0, 17, 8] + bigEndian(height) + bigEndian(width) + [3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]
        let scan: [UInt8] = [0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]
        return startOfImage + jfif + quantisation + frame + scan + [0, 0, 0xFF, 0xD9]
    }

    /// The first bytes of a HEIC file.
    static let heic: [UInt8] = [0, 0, 0, 24] + Array("ftypheic\0\0\0\0mif1heic".utf8)

    /// The page that a broken image host answers with.
    static let html = Array("<!DOCTYPE html><html><body><h1>Sign in to see this image</h1></body></html>\n".utf8)

    /// A PNG of a pale sheet with a dark square on it.
    static func png(width: Int, height: Int) -> [UInt8] {
        var raw: [UInt8] = []
        for y in 0..<height {
            raw.append(0)
            for x in 0..<width {
                let isDark = abs(x - width / 2) < width / 8 && abs(y - height / 2) < height / 8
                raw += isDark ? [70, 50, 40] : [225, 222, 210]
            }
        }
        return png(claimedWidth: UInt32(width), claimedHeight: UInt32(height), pixels: raw)
    }

    /// A PNG whose header claims 60,000 × 60,000 pixels and that holds one row of nothing.
    static let pngBomb = png(claimedWidth: 60_000, claimedHeight: 60_000, pixels: [UInt8](repeating: 0, count: 64))

    private static func png(claimedWidth: UInt32, claimedHeight: UInt32, pixels: [UInt8]) -> [UInt8] {
        let header = bigEndian(claimedWidth) + bigEndian(claimedHeight) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", header) + chunk("IDAT", stored(pixels)) + chunk("IEND", [])
    }

    /// A zlib stream (RFC 1950) of stored blocks: no compression, no dependency.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        let blockLimit = 65_535
        for start in stride(from: 0, to: bytes.count, by: blockLimit) {
            let block = bytes[start..<min(start + blockLimit, bytes.count)]
            let length = UInt16(block.count)
            stream.append(start + blockLimit >= bytes.count ? 1 : 0)
            stream += bigEndian(length.byteSwapped) + bigEndian((~length).byteSwapped)
            stream += block
        }
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return stream + bigEndian(high << 16 | low)
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(crc32(body))
    }

    /// The checksum of PNG chunks (ISO 3309), bit by bit.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte)) { bits, _ in bits >> 1 ^ (bits & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
