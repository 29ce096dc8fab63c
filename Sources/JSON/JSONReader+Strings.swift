extension JSONReader {
    /// Goes over a string, from its first quotation mark past its last.
    mutating func string() throws(JSONError) -> JSONString {
        let start = offset + 1
        var (hasEscapes, isBroken) = (false, false)
        offset = start
        while offset < end {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                defer { offset += 1 }
                return JSONString(content: start..<offset, hasEscapes: hasEscapes, isBroken: isBroken)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                if try !skipEscape() { isBroken = true }
            case 0x20..<0x80: offset += 1
            case 0x80...: try skipMultibyte()
            default: throw failure("a string is not closed on its line")
            }
        }
        throw failure("a string is not closed")
    }

    /// The text of a string.
    func text(of string: JSONString) -> String {
        guard string.hasEscapes else { return String(decoding: bytes[string.content], as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(string.content.count)
        var at = string.content.lowerBound
        while at < string.content.upperBound {
            guard bytes[at] == UInt8(ascii: "\\") else {
                text.append(bytes[at])
                at += 1
                continue
            }
            let escaped = bytes[at + 1]
            at += 2
            switch escaped {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"): text.append(contentsOf: character(&at).utf8)
            default: text.append(escaped)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The character whose four digits begin at `at`, or with a second escape the one that both are; a half is U+FFFD.
    private func character(_ at: inout Int) -> String {
        var units = [codeUnit(at)]
        at += 4
        if UTF16.isLeadSurrogate(units[0]), isEscapedUnit(at), UTF16.isTrailSurrogate(codeUnit(at + 2)) {
            units.append(codeUnit(at + 2))
            at += 6
        }
        return String(decoding: units, as: UTF16.self)
    }

    // MARK: Checks

    /// Goes over an escape; false when it is half a character.
    private mutating func skipEscape() throws(JSONError) -> Bool {
        let start = offset
        guard start + 1 < end else { throw failure("a string is not closed") }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 2
            return true
        case UInt8(ascii: "u"):
            let unit = try checkedUnit()
            guard UTF16.isSurrogate(unit) else { return true }
            if UTF16.isLeadSurrogate(unit), isEscapedUnit(offset) {
                let second = offset
                if UTF16.isTrailSurrogate(try checkedUnit()) { return true }
                // Not the other half, but a character of its own.
                offset = second
            }
            guard dialect == .python else { throw failure("half a character", at: start) }
            return false
        default: throw failure("an escape that JSON does not have")
        }
    }

    private func isEscapedUnit(_ at: Int) -> Bool {
        at + 1 < end && bytes[at] == UInt8(ascii: "\\") && bytes[at + 1] == UInt8(ascii: "u")
    }

    /// Goes over `\uXXXX`.
    private mutating func checkedUnit() throws(JSONError) -> UInt16 {
        guard offset + 6 <= end else { throw failure("\\u takes four hexadecimal digits") }
        for place in offset + 2..<offset + 6 where Self.hexDigit(bytes[place]) == nil {
            throw failure("\\u takes four hexadecimal digits", at: place)
        }
        defer { offset += 6 }
        return codeUnit(offset + 2)
    }

    /// The number that four digits are, known to be some.
    private func codeUnit(_ at: Int) -> UInt16 {
        bytes[at..<at + 4].reduce(0) { $0 << 4 | (Self.hexDigit($1) ?? 0) }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Goes over a character of two to four bytes: none written longer than it has to be, no half of a pair, none beyond the last.
    private mutating func skipMultibyte() throws(JSONError) {
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch bytes[offset] {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: throw failure("a string is not UTF-8")
            }
        guard offset + length <= end, second.contains(bytes[offset + 1]) else { throw failure("a string is not UTF-8") }
        for place in offset + 2..<offset + length where bytes[place] & 0xC0 != 0x80 {
            throw failure("a string is not UTF-8", at: place)
        }
        offset += length
    }
}
