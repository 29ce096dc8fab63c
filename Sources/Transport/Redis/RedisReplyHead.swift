/// The beginning of an answer, looked at before memory is taken for it: hiredis takes whatever length it is told.
///
/// Pure. Format: https://redis.io/docs/latest/develop/reference/protocol-spec/
enum RedisReplyHead: Equatable {
    /// A status, an error, a number or no value: the line is there, and hiredis may read it.
    case line
    /// A value of `size` bytes begins behind the first `headSize`.
    case value(size: Int, headSize: Int)
    /// A list of `count` answers begins behind the first `headSize`; -1 for no list.
    case list(count: Int, headSize: Int)

    /// Bytes that are no answer.
    struct Violation: Error, Equatable {
        let sentence: String

        /// An answer that is one, but not to what was asked.
        static let otherKind = Violation(sentence: "an answer of another kind than asked for")
    }

    /// Longer than any status or error of a server.
    private static let longestLine = 4096

    /// Looks at received bytes.
    ///
    /// - Parameters:
    ///   - bytes: All of the answer that is there.
    ///   - valueLimit: The most bytes of a value.
    /// - Returns: What it is; nil when more must come first.
    /// - Throws: ``Violation``, after which the connection is of no use.
    static func of(_ bytes: UnsafeRawBufferPointer, valueLimit: Int) throws(Violation) -> RedisReplyHead? {
        guard let kind = bytes.first.map(UnicodeScalar.init) else { return nil }
        guard "+-:$*".unicodeScalars.contains(kind) else {
            throw Violation(sentence: "something that is no answer of Redis")
        }
        guard let end = bytes.prefix(longestLine).firstIndex(of: 10) else {
            guard bytes.count < longestLine else { throw Violation(sentence: "a line without end") }
            return nil
        }
        guard bytes[end - 1] == 13 else { throw Violation(sentence: "a line that does not end as lines do") }
        let text = String(decoding: bytes[1..<end - 1], as: UTF8.self)
        guard kind == "$" || kind == "*" else { return .line }
        guard let count = text == "-1" ? -1 : text.utf8.allSatisfy({ (48...57).contains($0) }) ? Int(text) : nil else {
            throw Violation(sentence: "a length that is none")
        }
        if kind == "*" { return .list(count: count, headSize: end + 1) }
        guard count <= valueLimit else {
            throw Violation(sentence: "a value of \(count) bytes where \(valueLimit) are allowed")
        }
        return count == -1 ? .line : .value(size: count, headSize: end + 1)
    }
}
