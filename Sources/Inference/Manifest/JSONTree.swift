/// A JSON value as it was written: members keep their order and their repetitions, numbers their line.
///
/// The parsers at hand drop what a person who wrote the file must hear of: a key that is there twice, and where a value stands.
struct JSONTree: Sendable {
    enum Content: Sendable {
        case object([Member])
        case array([JSONTree])
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
    }

    struct Member: Sendable {
        let key: String
        let line: Int
        let value: JSONTree
    }

    struct SyntaxError: Error {
        let line: Int
        let message: String
    }

    let content: Content
    let line: Int

    static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> JSONTree {
        var scanner = JSONScanner(bytes: bytes)
        return try scanner.document()
    }

    /// What this value is, for a sentence.
    var kind: String {
        switch content {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }
}

/// Reads JSON by RFC 8259, one pass, at most `maximumDepth` deep and with at most `maximumCount` values.
private struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var count = 0
    private let maximumDepth = 32
    private let maximumCount = 500_000

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONTree.SyntaxError) -> JSONTree {
        let tree = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("something stands after the end") }
        return tree
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ message: String) -> JSONTree.SyntaxError {
        JSONTree.SyntaxError(line: line, message: message)
    }

    private mutating func skipSpace() {
        while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONTree.SyntaxError) -> JSONTree {
        guard depth < maximumDepth else { throw failure("nested too deeply") }
        count += 1
        guard count <= maximumCount else { throw failure("more than \(maximumCount) values") }
        skipSpace()
        let start = line
        let content: JSONTree.Content =
            switch current {
            case UInt8(ascii: "{"): try object(depth: depth)
            case UInt8(ascii: "["): try array(depth: depth)
            case UInt8(ascii: "\""): .string(try string())
            case UInt8(ascii: "t"): try word("true", .bool(true))
            case UInt8(ascii: "f"): try word("false", .bool(false))
            case UInt8(ascii: "n"): try word("null", .null)
            default: .number(try number())
            }
        return JSONTree(content: content, line: start)
    }

    private mutating func object(depth: Int) throws(JSONTree.SyntaxError) -> JSONTree.Content {
        position += 1
        var members: [JSONTree.Member] = []
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("a key in double quotes is missing") }
            let start = line
            let key = try string()
            guard take(":") else { throw failure("a colon is missing after \"\(key)\"") }
            members.append(JSONTree.Member(key: key, line: start, value: try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw failure("a comma or a closing brace is missing") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONTree.SyntaxError) -> JSONTree.Content {
        position += 1
        var values: [JSONTree] = []
        if take("]") { return .array(values) }
        repeat {
            values.append(try value(depth: depth + 1))
        } while take(",")
        guard take("]") else { throw failure("a comma or a closing bracket is missing") }
        return .array(values)
    }

    private mutating func word(
        _ text: StaticString,
        _ content: JSONTree.Content
    ) throws(JSONTree.SyntaxError) -> JSONTree.Content {
        let expected = Array("\(text)".utf8)
        guard bytes[position...].starts(with: expected) else { throw failure("a value is missing") }
        position += expected.count
        return content
    }

    private mutating func number() throws(JSONTree.SyntaxError) -> Double {
        let start = position
        while let byte = current, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || Array("+-.eE".utf8).contains(byte) {
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        let hasLeadingZero = digits.count > 1 && digits.first == "0" && digits.dropFirst().first?.isNumber == true
        guard let first = digits.utf8.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first, digits.utf8.last != 0x2E,
            !hasLeadingZero, !text.contains(".e"), !text.contains(".E"), let value = Double(text), value.isFinite
        else { throw failure(text.isEmpty ? "a value is missing" : "\(text) is no number") }
        return value
    }

    private mutating func string() throws(JSONTree.SyntaxError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case ..<0x20: throw failure("a string is not closed on its line")
            default: text.append(byte)
            }
        }
        throw failure("a string is not closed")
    }

    private mutating func escape() throws(JSONTree.SyntaxError) -> Character {
        guard let byte = current else { throw failure("a string is not closed") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try codeUnit()
            guard 0xD800...0xDBFF ~= high else { return try character([high]) }
            guard bytes[position...].starts(with: Array("\\u".utf8)) else { throw failure("half a character") }
            position += 2
            return try character([high, try codeUnit()])
        default: throw failure("an escape that JSON does not have")
        }
    }

    private mutating func codeUnit() throws(JSONTree.SyntaxError) -> UInt16 {
        let end = min(position + 4, bytes.count)
        let digits = bytes[position..<end]
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("\\u takes four hexadecimal digits") }
        position = end
        return unit
    }

    private func character(_ units: [UInt16]) throws(JSONTree.SyntaxError) -> Character {
        guard let text = String(validating: units, as: UTF16.self), let character = text.first, text.count == 1 else {
            throw failure("half a character")
        }
        return character
    }
}
