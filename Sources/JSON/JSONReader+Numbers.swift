extension JSONReader {
    /// Goes over a number, and tells where it is and whether it has neither fraction nor exponent.
    mutating func number() throws(JSONError) -> (text: Range<Int>, isWhole: Bool) {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        if next == UInt8(ascii: "0") {
            offset += 1
        } else {
            try skipDigits(of: start)
        }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            try skipDigits(of: start)
        }
        if next | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            offset += 1
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { offset += 1 }
            try skipDigits(of: start)
        }
        // What goes on like a number was meant to be one; mostly a comma follows.
        guard next == UInt8(ascii: ",") || !Self.canBeInNumber(next) else { throw noNumber(start) }
        return (start..<offset, isWhole)
    }

    /// The value of a number.
    ///
    /// - Throws: ``JSONError`` for one beyond a `Double`; in ``JSONDialect/python`` that is null.
    func content(of number: (text: Range<Int>, isWhole: Bool)) throws(JSONError) -> JSONValue.Content {
        if let quick = JSONDecimal(bytes.span.extracting(number.text)).content { return quick }
        let text = String(decoding: bytes[number.text], as: UTF8.self)
        if number.isWhole, let value = Int(text), value != 0 { return .integer(value) }
        if let value = Double(text), value.isFinite { return .number(value) }
        guard dialect == .python else { throw noNumber(number.text.lowerBound, at: number.text.lowerBound) }
        return .null
    }

    /// Goes over one of the words that Python writes for what is no number.
    mutating func takeNonNumber() -> Bool {
        for word in ["NaN", "Infinity", "-Infinity"] where bytes[offset..<end].starts(with: word.utf8) {
            offset += word.utf8.count
            return true
        }
        return false
    }

    // Inlined like all that is done for each number of a result: that is a fifth of the validator's time.
    @inline(__always)
    private mutating func skipDigits(of start: Int) throws(JSONError) {
        let count = digitCount
        guard count > 0 else { throw noNumber(start) }
        offset += count
    }

    /// How many digits come next.
    @inline(__always)
    private var digitCount: Int {
        let rest = bytes.span.extracting(offset..<end)
        var count = 0
        while count < rest.count, rest[count] &- UInt8(ascii: "0") <= 9 { count += 1 }
        return count
    }

    /// The error about a number that was found at the next byte to be none.
    private func noNumber(_ start: Int, at place: Int? = nil) -> JSONError {
        let text = bytes[start..<end].prefix { Self.canBeInNumber($0) }
        guard !text.isEmpty else { return failure("a value is missing", at: place) }
        return failure("\(String(decoding: text, as: UTF8.self)) is no number", at: place)
    }

    private static func canBeInNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
