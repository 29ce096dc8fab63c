/// Why a message is no task; it goes to the dead letters with this sentence.
package struct MalformedTask: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of mistake, for those who sort dead letters.
    package enum Code: String, Sendable, Hashable {
        /// The body is no JSON object, or not UTF-8.
        case notJSON
        /// The body is larger than any task.
        case tooLarge
        /// A member that no result can do without is missing or empty.
        case missing
        /// A member has another type than the contract says.
        case wrongType
        /// A text is longer than AMQP can carry in a property or routing key.
        case tooLong
    }

    /// The mistake.
    package let code: Code
    /// The operation that failed.
    package let operation = "task.read"
    /// The member it is about, when it is about one.
    package let field: String?
    /// One sentence for people.
    package let message: String

    /// The same bytes are malformed the next time, too.
    package var isRetriable: Bool { false }

    init(_ code: Code, field: String? = nil, message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    package var description: String { "Malformed task message: \(message)" }
}
