/// Why some bytes are not a JSON document.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// The kinds of mistake.
    package enum Code: Sendable {
        case unexpectedEnd
        case unexpectedByte
        case badNumber
        case badString
        case tooDeep
        case trailingBytes
    }

    /// What is wrong.
    package let code: Code
    /// The offset of the first byte that is wrong.
    package let offset: Int

    /// A sentence for people.
    package var description: String {
        let reason =
            switch code {
            case .unexpectedEnd: "the document ends early"
            case .unexpectedByte: "a byte that cannot stand here"
            case .badNumber: "a malformed number"
            case .badString: "a malformed string"
            case .tooDeep: "nested too deeply"
            case .trailingBytes: "bytes after the end of the document"
            }
        return "JSON parse error at byte \(offset): \(reason)"
    }
}
