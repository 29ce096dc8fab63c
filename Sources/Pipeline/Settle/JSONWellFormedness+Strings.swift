extension JSONWellFormedness {
    /// Reads a string from its first quotation mark past its last.
    static func string(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        at += 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return
            case UInt8(ascii: "\\"): try escape(bytes, &at)
            case 0x20..<0x80: at += 1
            case 0x80...: try multibyte(bytes, &at)
            default: throw .malformed(offset: at)
            }
        }
        throw .malformed(offset: at)
    }

    private static func escape(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        let start = at
        guard at + 1 < bytes.count else { throw .malformed(offset: start) }
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(bytes, &at)
            guard unit & 0xF800 == 0xD800 else { return }
            // Half a character: the first half, and the second after it.
            guard unit & 0x0400 == 0, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
                bytes[at + 1] == UInt8(ascii: "u"), try codeUnit(bytes, &at) & 0xFC00 == 0xDC00
            else { throw .malformed(offset: start) }
        default: throw .malformed(offset: start)
        }
    }

    /// Reads `\uXXXX`.
    private static func codeUnit(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) -> UInt16 {
        guard at + 6 <= bytes.count else { throw .malformed(offset: at) }
        var unit: UInt16 = 0
        for offset in at + 2..<at + 6 {
            guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
                throw .malformed(offset: offset)
            }
            unit = unit << 4 | UInt16(digit)
        }
        at += 6
        return unit
    }

    /// Reads a character of two to four bytes: none written longer than it has to be, no half of a pair, none beyond the last.
    private static func multibyte(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch bytes[at] {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: throw .malformed(offset: at)
            }
        guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { throw .malformed(offset: at) }
        for offset in at + 2..<at + length {
            guard bytes[offset] & 0xC0 == 0x80 else { throw .malformed(offset: offset) }
        }
        at += length
    }
}
