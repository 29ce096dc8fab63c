/// Why bytes are not the JSON that was asked for, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    /// The kinds of mistake.
    package enum Code: Sendable, Hashable {
        /// A character or value that cannot stand where it does.
        case malformed
        /// Arrays and objects are nested deeper than ``JSONBounds/deepest``.
        case tooDeep
        /// There are more values than the reader takes.
        case tooManyValues
        /// It is one JSON value, but no object.
        case noObject
    }

    /// The problem.
    package let code: Code
    /// The offset of the first byte that is wrong.
    package let offset: Int
    /// The line that byte is on, from 1.
    package let line: Int
    /// A part of a sentence for whoever wrote the document, such as "a comma or a closing brace is missing".
    package let message: String

    /// A sentence for whoever got the document, with the place in bytes.
    package var description: String {
        switch code {
        case .malformed: "it is no JSON at byte \(offset)"
        case .tooDeep: "it is nested deeper than \(JSONBounds.deepest) at byte \(offset)"
        case .tooManyValues: "it has \(message)"
        case .noObject: "it is no JSON object"
        }
    }
}
