/// Proves that bytes are one JSON value by RFC 8259, and nothing beside it.
///
/// What is spliced into a post or a file as it came must not end its place there and begin another. The proof allocates nothing and
/// reads every byte once. It is strict: UTF-8 without faults, surrogates in pairs, no byte before or after the value but blanks.
package enum JSONWellFormedness {
    /// Why bytes are not what was asked for.
    package enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// More bytes than allowed.
        case tooLong(bytes: Int, limit: Int)
        /// Arrays and objects nested deeper than ``JSONWellFormedness/deepest``.
        case tooDeep(offset: Int)
        /// One JSON value, but no object.
        case noObject
        /// What is there cannot be there.
        case malformed(offset: Int)

        package var description: String {
            switch self {
            case .tooLong(let bytes, let limit): "it has \(bytes) bytes where \(limit) are allowed"
            case .tooDeep(let offset): "it is nested deeper than \(deepest) at byte \(offset)"
            case .noObject: "it is no JSON object"
            case .malformed(let offset): "it is no JSON at byte \(offset)"
            }
        }
    }

    /// The deepest nesting that passes.
    package static let deepest = 64

    /// Checks that bytes are one JSON object.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - limit: The most that are allowed.
    /// - Throws: The first ``Fault``.
    package static func checkObject(_ bytes: Span<UInt8>, upTo limit: Int = .max) throws(Fault) {
        try checkValue(bytes, upTo: limit)
        var start = 0
        skipBlanks(bytes, &start)
        guard bytes[start] == UInt8(ascii: "{") else { throw .noObject }
    }

    /// Checks that bytes are one JSON value of any kind.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - limit: The most that are allowed.
    /// - Throws: The first ``Fault``.
    package static func checkValue(_ bytes: Span<UInt8>, upTo limit: Int = .max) throws(Fault) {
        guard bytes.count <= limit else { throw .tooLong(bytes: bytes.count, limit: limit) }
        var at = 0
        var nesting = Nesting()
        skipBlanks(bytes, &at)
        while true {
            if try opens(bytes, &at, &nesting) { continue }
            // A value has ended; so may have what it was in.
            while nesting.depth > 0 {
                skipBlanks(bytes, &at)
                guard at < bytes.count else { throw .malformed(offset: at) }
                if bytes[at] == UInt8(ascii: ",") {
                    at += 1
                    skipBlanks(bytes, &at)
                    if nesting.isInObject { try key(bytes, &at) }
                    break
                }
                guard bytes[at] == nesting.end else { throw .malformed(offset: at) }
                at += 1
                nesting.leave()
            }
            if nesting.depth == 0 { break }
        }
        skipBlanks(bytes, &at)
        guard at == bytes.count else { throw .malformed(offset: at) }
    }

    /// Which containers a value is in: a bit for each, the innermost last.
    private struct Nesting {
        private var objects: UInt64 = 0
        private(set) var depth = 0

        var isInObject: Bool { objects & 1 == 1 }
        var end: UInt8 { isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

        mutating func enter(object: Bool, offset: Int) throws(Fault) {
            guard depth < deepest else { throw .tooDeep(offset: offset) }
            objects = objects << 1 | (object ? 1 : 0)
            depth += 1
        }

        mutating func leave() {
            objects >>= 1
            depth -= 1
        }
    }

    /// Reads a value, or the beginning of one that holds others.
    ///
    /// - Returns: Whether another value is due at `at`, inside this one.
    private static func opens(_ bytes: Span<UInt8>, _ at: inout Int, _ nesting: inout Nesting) throws(Fault) -> Bool {
        guard at < bytes.count else { throw .malformed(offset: at) }
        switch bytes[at] {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try nesting.enter(object: bytes[at] == UInt8(ascii: "{"), offset: at)
            at += 1
            skipBlanks(bytes, &at)
            // An empty one ends where its value would begin.
            if at < bytes.count, bytes[at] == nesting.end {
                at += 1
                nesting.leave()
                return false
            }
            if nesting.isInObject { try key(bytes, &at) }
            return true
        case UInt8(ascii: "\""): try string(bytes, &at)
        case UInt8(ascii: "t"): try word("true", bytes, &at)
        case UInt8(ascii: "f"): try word("false", bytes, &at)
        case UInt8(ascii: "n"): try word("null", bytes, &at)
        default: try number(bytes, &at)
        }
        return false
    }

    private static func key(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw .malformed(offset: at) }
        try string(bytes, &at)
        skipBlanks(bytes, &at)
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw .malformed(offset: at) }
        at += 1
        skipBlanks(bytes, &at)
    }

    private static func word(_ word: StaticString, _ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        for letter in UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount) {
            guard at < bytes.count, bytes[at] == letter else { throw .malformed(offset: at) }
            at += 1
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            try digits(bytes, &at)
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits(bytes, &at)
        }
        guard at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") else { return }
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
        try digits(bytes, &at)
    }

    private static func digits(_ bytes: Span<UInt8>, _ at: inout Int) throws(Fault) {
        let start = at
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw .malformed(offset: at) }
    }

    private static func skipBlanks(_ bytes: Span<UInt8>, _ at: inout Int) {
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): at += 1
            default: return
            }
        }
    }
}
