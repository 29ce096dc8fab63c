/// Numbers in the bytes of a file, each looked for before it is read.
struct LittleEndian {
    let bytes: UnsafeRawBufferPointer

    /// The byte at `offset`; nil behind the end.
    func byte(at offset: Int) -> UInt8? {
        offset >= 0 && offset < bytes.count ? bytes[offset] : nil
    }

    /// The number in the two bytes at `offset`; nil behind the end.
    func uint16(at offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - 2 else { return nil }
        return Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }

    /// The number in the four bytes at `offset`; nil behind the end.
    func uint32(at offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - 4 else { return nil }
        return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// The number in the three bytes at `offset`; nil behind the end.
    func uint24(at offset: Int) -> Int? {
        guard let low = uint16(at: offset), let high = byte(at: offset + 2) else { return nil }
        return Int(high) << 16 | low
    }

    /// Whether the letters stand at `offset`.
    func has(_ letters: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, offset <= bytes.count - letters.utf8CodeUnitCount else { return false }
        return letters.withUTF8Buffer { bytes[offset..<(offset + $0.count)].elementsEqual($0) }
    }
}
