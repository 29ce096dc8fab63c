import FoundationEssentials

/// JSON from elsewhere, read with patience and within bounds.
///
/// Lists are found by their brackets first, and each element is read alone: so an element that is wrong, or that is a hundred
/// thousand elements, costs only itself.
enum JSONText {
    /// The most values of a text that is read as a whole: a decoder keeps some 30 bytes for each, where the text has one.
    static let mostValues = 1_000_000

    /// Reads a text.
    ///
    /// `NaN` and `Infinity`, which Python writes and JSON does not know, are read as `null`.
    ///
    /// - Throws: What `JSONDecoder` says of the text as it came.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Collection<UInt8>) throws -> Value {
        guard bytes.lazy.filter({ $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "[") }).count <= mostValues else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "too many values"))
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            guard let cleaned = withoutNonNumbers(Array(bytes)) else { throw error }
            guard let value = try? JSONDecoder().decode(type, from: Data(cleaned)) else { throw error }
            return value
        }
    }

    /// The text with `null` for each `NaN`, `Infinity` and `-Infinity`; nil when there is none.
    static func withoutNonNumbers(_ bytes: [UInt8]) -> [UInt8]? {
        let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }
        var cleaned: [UInt8] = []
        var scanner = JSONScanner(bytes)
        var copied = 0
        while let byte = scanner.current {
            if byte == UInt8(ascii: "\"") {
                guard scanner.skipString() else { break }
            } else if let word = words.first(where: { bytes[scanner.position...].starts(with: $0) }) {
                cleaned += bytes[copied..<scanner.position] + Array("null".utf8)
                scanner.position += word.count
                copied = scanner.position
            } else {
                scanner.position += 1
            }
        }
        return copied == 0 ? nil : cleaned + bytes[copied...]
    }

    /// The members of the object that a text is.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: Where the value of each is, the last one of those of the same name; `nil` when the text is no object.
    static func members(of bytes: [UInt8]) -> [String: Range<Int>]? {
        var scanner = JSONScanner(bytes)
        guard scanner.skipByteOrderMark(), scanner.take("{") else { return nil }
        var members: [String: Range<Int>] = [:]
        if !scanner.take("}") {
            repeat {
                guard let name = scanner.string(), scanner.take(":"), let value = scanner.value() else { return nil }
                guard members.count < 1_000 || members[name] != nil else { return nil }
                members[name] = value
            } while scanner.take(",")
            guard scanner.take("}") else { return nil }
        }
        return scanner.isAtEnd ? members : nil
    }

    /// The elements of a list in a text.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - range: Where the list is; the whole text when left out.
    ///   - limit: The most elements to tell.
    /// - Returns: Where the first ones are, and how many there are in all; `nil` when there is no list.
    static func elements(
        of bytes: [UInt8],
        in range: Range<Int>? = nil,
        atMost limit: Int
    ) -> (first: [Range<Int>], count: Int)? {
        var scanner = JSONScanner(bytes, range)
        guard range != nil || scanner.skipByteOrderMark(), scanner.take("[") else { return nil }
        var first: [Range<Int>] = []
        var count = 0
        if !scanner.take("]") {
            repeat {
                guard let element = scanner.value() else { return nil }
                if count < limit { first.append(element) }
                count += 1
            } while scanner.take(",")
            guard scanner.take("]") else { return nil }
        }
        return scanner.isAtEnd ? (first, count) : nil
    }
}
