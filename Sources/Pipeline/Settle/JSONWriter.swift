/// Writes JSON straight into bytes, without a tree: a result can hold a hundred thousand numbers.
///
/// The caller keeps the grammar: keys and values alternate, commas are put where needed.
package struct JSONWriter: ~Copyable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Starts empty.
    ///
    /// - Parameter capacity: Bytes to make room for.
    package init(capacity: Int = 0) {
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
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string, escaped as RFC 8259 wants it.
    package mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
                bytes.append(Self.hexDigits[Int(byte >> 4)])
                bytes.append(Self.hexDigits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
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

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func container(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
