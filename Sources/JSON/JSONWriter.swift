/// Writes JSON straight into bytes, without a tree: a result can hold a hundred thousand numbers.
///
/// The caller keeps the grammar: keys and values alternate, commas are put where needed.
package struct JSONWriter: ~Copyable {
    /// How a document looks.
    package enum Style: Sendable {
        /// Without a blank; control characters are written as `\u000a`.
        case compact
        /// On lines of its own for each member and element, for people; line breaks and tabs are written as `\n`.
        case pretty
        /// As compact, for lines that terminals show: line breaks and tabs are written as `\n`, what `isHidden` says as `\u202e`.
        case line(isHidden: @Sendable (Unicode.Scalar) -> Bool)
    }

    /// The bytes written so far.
    package private(set) var bytes: [UInt8] = []
    private let style: Style
    private let isPretty: Bool
    private var depth = 0
    private var needsComma = false
    private var isAfterKey = false

    /// Starts empty.
    ///
    /// - Parameters:
    ///   - capacity: Bytes to make room for.
    ///   - style: How the document looks.
    package init(capacity: Int = 0, style: Style = .compact) {
        self.style = style
        isPretty = if case .pretty = style { true } else { false }
        bytes.reserveCapacity(capacity)
    }

    /// Ends the writing and returns the bytes.
    package consuming func finish() -> [UInt8] { bytes }

    /// Writes an object whose members `body` writes.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        container(open: UInt8(ascii: "{"), close: UInt8(ascii: "}"), body)
    }

    /// Writes an array whose elements `body` writes.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        container(open: UInt8(ascii: "["), close: UInt8(ascii: "]"), body)
    }

    /// Writes a member's key; a value must follow.
    package mutating func key(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        endKey()
    }

    /// Writes a member's key that is not known beforehand; a value must follow.
    package mutating func key(named key: String) {
        separate()
        quote(key)
        endKey()
    }

    /// Writes a string, escaped as RFC 8259 wants it.
    package mutating func string(_ value: String) {
        separate()
        quote(value)
        needsComma = true
    }

    /// Writes a whole number.
    package mutating func integer(_ value: Int) {
        raw(String(value))
    }

    /// Writes the shortest decimal number that reads back as the same `Float`; JSON has no infinities, they become null.
    package mutating func number(_ value: Float) {
        value.isFinite ? raw(value.description) : null()
    }

    /// Writes the shortest decimal number that reads back as the same `Double`; JSON has no infinities, they become null.
    package mutating func number(_ value: Double) {
        value.isFinite ? raw(value.description) : null()
    }

    /// Writes an array of numbers.
    package mutating func numbers(_ values: [Float]) {
        array { writer in
            for value in values {
                writer.number(value)
            }
        }
    }

    /// Writes an array of numbers, with 0 in place of those that are not kept.
    ///
    /// - Parameters:
    ///   - values: The numbers.
    ///   - kept: The positions to keep, in ascending order; nil keeps all.
    package mutating func numbers(_ values: [Float], keeping kept: [Int]?) {
        guard let kept else { return numbers(values) }
        array { writer in
            var next = kept[...]
            for (index, value) in values.enumerated() {
                if next.first == index {
                    writer.number(value)
                    next.removeFirst()
                } else {
                    writer.separate()
                    writer.bytes.append(UInt8(ascii: "0"))
                    writer.needsComma = true
                }
            }
        }
    }

    /// Writes true or false.
    package mutating func boolean(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// Writes null.
    package mutating func null() {
        raw("null")
    }

    /// Writes a value that is JSON already, unread.
    package mutating func json(_ value: [UInt8]) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    // MARK: Between the values

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if isPretty { startLine() }
    }

    private mutating func startLine() {
        if needsComma { bytes.append(UInt8(ascii: "\n")) }
        if !isAfterKey { indent() }
        isAfterKey = false
    }

    private mutating func indent() {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func endKey() {
        bytes.append(contentsOf: isPretty ? [0x20, UInt8(ascii: ":"), 0x20] : [UInt8(ascii: ":")])
        needsComma = false
        isAfterKey = true
    }

    private mutating func container(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        if isPretty { bytes.append(UInt8(ascii: "\n")) }
        needsComma = false
        isAfterKey = false
        depth += 1
        body(&self)
        depth -= 1
        if isPretty {
            bytes.append(UInt8(ascii: "\n"))
            indent()
        }
        bytes.append(close)
        needsComma = true
    }
}

extension JSONWriter {
    // MARK: Strings

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        switch style {
        case .compact: for byte in text.utf8 { append(byte) }
        case .pretty: for byte in text.utf8 { appendReadably(byte) }
        case .line(let isHidden):
            for scalar in text.unicodeScalars {
                // A line break is hidden, too, and has an escape that people know.
                if isHidden(scalar), Self.letter(of: scalar) == nil {
                    for unit in UTF16.encode(scalar) ?? .init() { escape(unit) }
                } else {
                    for byte in UTF8.encode(scalar) ?? .init() { appendReadably(byte) }
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0..<0x20: escape(UInt16(byte))
        default: bytes.append(byte)
        }
    }

    private mutating func appendReadably(_ byte: UInt8) {
        guard let letter = Self.letter(of: Unicode.Scalar(byte)) else { return append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(letter)
    }

    private mutating func escape(_ unit: UInt16) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(Self.hexDigits[Int(unit >> shift & 15)]) }
    }

    /// The letter that stands for a blank of its own line or column.
    private static func letter(of scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "\n": UInt8(ascii: "n")
        case "\r": UInt8(ascii: "r")
        case "\t": UInt8(ascii: "t")
        default: nil
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
