/// Walks over JSON by its quotes and brackets, without reading what is between them.
///
/// Takes any bytes: it never goes back, so its time is that of the text's length, and it knows no depth, so it has no stack to fill.
struct JSONScanner {
    private let bytes: [UInt8]
    private let end: Int
    /// The next byte's place.
    var position: Int

    /// Starts before a text, or before a part of one.
    init(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
        self.bytes = bytes
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    /// The next byte; `nil` at the end.
    var current: UInt8? { position < end ? bytes[position] : nil }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return position >= end
        }
    }

    /// Goes over the mark with which some programs begin a text; always `true`.
    mutating func skipByteOrderMark() -> Bool {
        if bytes[position..<end].starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
        return true
    }

    /// Goes over blanks and one mark of punctuation; `false` when another one is there.
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard let current, current == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    /// Goes over blanks and a string, and tells it; a name with escapes in it stays as it is written.
    mutating func string() -> String? {
        skipBlanks()
        let start = position + 1
        guard current == UInt8(ascii: "\""), skipString() else { return nil }
        return String(decoding: bytes[start..<position - 1], as: UTF8.self)
    }

    /// Goes over blanks and a value of any kind, and tells where it is; `nil` when there is none, or its end is missing.
    mutating func value() -> Range<Int>? {
        skipBlanks()
        let start = position
        var depth = 0
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return nil }
                if depth == 0 { return start..<position }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 0, position > start { return nil }
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position > start ? start..<position : nil }
                depth -= 1
                position += 1
                if depth == 0 { return start..<position }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                if depth == 0 { return position > start ? start..<position : nil }
                position += 1
            default:
                position += 1
            }
        }
        return depth == 0 && position > start ? start..<position : nil
    }

    /// Goes over a string, from its first quote to its last; `false` when that is missing.
    mutating func skipString() -> Bool {
        position += 1
        while let byte = current {
            position += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") { position += 1 }
        }
        return false
    }

    private mutating func skipBlanks() {
        while let current, current == 0x20 || (0x09...0x0D).contains(current) { position += 1 }
    }
}
