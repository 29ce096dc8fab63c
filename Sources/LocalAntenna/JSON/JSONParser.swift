/// A strict parser of RFC 8259 over bytes in memory, quick on long arrays of numbers.
struct JSONParser {
    /// Deeper documents are refused: recursion must not be steered by the wire.
    private static let depthLimit = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var depth = 0

    /// The value of a whole document.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes.assumingMemoryBound(to: UInt8.self))
        let value = try parser.value()
        parser.skipSpace()
        guard parser.offset == bytes.count else { throw JSONError(code: .trailingBytes, offset: parser.offset) }
        return value
    }

    /// The value of a whole document.
    static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        try unsafe(bytes) { buffer throws(JSONError) in try parse(buffer) }
    }

    private static func unsafe<R>(
        _ bytes: [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(JSONError) -> R
    ) throws(JSONError) -> R {
        let outcome: Result<R, JSONError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                return .success(try body(buffer))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    // MARK: Values

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        guard depth < Self.depthLimit else { throw JSONError(code: .tooDeep, offset: offset) }
        depth += 1
        offset += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        skipSpace()
        if try take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            let key = try string()
            skipSpace()
            guard try take(UInt8(ascii: ":")) else { throw unexpected() }
            members[key] = try value()
            skipSpace()
            if try take(UInt8(ascii: "}")) { return .object(members) }
            guard try take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        skipSpace()
        if try take(UInt8(ascii: "]")) { return .array([]) }
        var numbers: [Double] = []
        var values: [JSONValue] = []
        while true {
            let element = try value()
            // Numbers gather as doubles until something else turns up.
            if values.isEmpty, case .number(let number) = element {
                numbers.append(number)
            } else {
                if !numbers.isEmpty {
                    values = numbers.map(JSONValue.number)
                    numbers = []
                }
                values.append(element)
            }
            skipSpace()
            if try take(UInt8(ascii: "]")) { return numbers.isEmpty ? .array(values) : .numbers(numbers) }
            guard try take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    private mutating func word(_ text: StaticString, _ meaning: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard try peek() == text.utf8Start[index] else { throw unexpected() }
            offset += 1
        }
        return meaning
    }

    // MARK: Bytes

    private func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw JSONError(code: .unexpectedEnd, offset: offset) }
        return bytes[offset]
    }

    private mutating func take(_ byte: UInt8) throws(JSONError) -> Bool {
        guard try peek() == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private func unexpected() -> JSONError {
        JSONError(code: .unexpectedByte, offset: offset)
    }
}

extension JSONParser {
    // MARK: Numbers

    /// Powers of ten that a double holds exactly.
    private static let exactPowers: [Double] = (0...22).reduce(into: []) { powers, _ in
        powers.append((powers.last ?? 0.1) * 10)
    }

    private mutating func number() throws(JSONError) -> Double {
        let start = offset
        let isNegative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        let wholeStart = offset
        takeDigits(&mantissa, &digits)
        let wholeDigits = offset - wholeStart
        guard wholeDigits > 0 else {
            throw offset < bytes.count ? unexpected() : JSONError(code: .unexpectedEnd, offset: offset)
        }
        guard wholeDigits == 1 || bytes[wholeStart] != UInt8(ascii: "0") else {
            throw JSONError(code: .badNumber, offset: wholeStart)
        }
        var exponent = 0
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            let fractionStart = offset
            takeDigits(&mantissa, &digits)
            guard offset > fractionStart else { throw JSONError(code: .badNumber, offset: offset) }
            exponent = fractionStart - offset
        }
        var isPlain = true
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isPlain = false
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") {
                offset += 1
            }
            let exponentStart = offset
            while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
            guard offset > exponentStart else { throw JSONError(code: .badNumber, offset: offset) }
        }
        // A mantissa below 2^53 divided by an exact power of ten is rounded once, hence correctly.
        if isPlain, digits <= 15, -exponent < Self.exactPowers.count {
            let magnitude = Double(mantissa) / Self.exactPowers[-exponent]
            return isNegative ? -magnitude : magnitude
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw JSONError(code: .badNumber, offset: start) }
        return value
    }

    private mutating func takeDigits(_ mantissa: inout UInt64, _ digits: inout Int) {
        while offset < bytes.count, isDigit(bytes[offset]) {
            mantissa = mantissa &* 10 &+ UInt64(bytes[offset] - UInt8(ascii: "0"))
            if mantissa != 0 { digits += 1 }
            offset += 1
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        guard try take(UInt8(ascii: "\"")) else { throw unexpected() }
        let start = offset
        while try peek() != UInt8(ascii: "\"") {
            guard bytes[offset] >= 0x20 else { throw JSONError(code: .badString, offset: offset) }
            if bytes[offset] == UInt8(ascii: "\\") { return try escapedString(from: start) }
            offset += 1
        }
        let text = String(validating: bytes[start..<offset], as: UTF8.self)
        guard let text else { throw JSONError(code: .badString, offset: start) }
        offset += 1
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var decoded = [UInt8](bytes[start..<offset])
        while true {
            let byte = try peek()
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: decoded, as: UTF8.self) else {
                    throw JSONError(code: .badString, offset: start)
                }
                return text
            case UInt8(ascii: "\\"): try decoded.append(contentsOf: escape().utf8)
            case 0..<0x20: throw JSONError(code: .badString, offset: offset - 1)
            default: decoded.append(byte)
            }
        }
    }

    private mutating func escape() throws(JSONError) -> String {
        let byte = try peek()
        offset += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var units = [try hexUnit()]
            if UTF16.isLeadSurrogate(units[0]) {
                guard try take(UInt8(ascii: "\\")), try take(UInt8(ascii: "u")) else {
                    throw JSONError(code: .badString, offset: offset)
                }
                units.append(try hexUnit())
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw JSONError(code: .badString, offset: offset)
            }
            return text
        default: throw JSONError(code: .badString, offset: offset - 1)
        }
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit = Character(UnicodeScalar(try peek())).hexDigitValue
            guard let digit else { throw JSONError(code: .badString, offset: offset) }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}
