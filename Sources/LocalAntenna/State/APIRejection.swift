import JSON

/// Why the API refuses a call: the status and the sentence it answers with.
package struct APIRejection: Error, Equatable, CustomStringConvertible {
    /// The HTTP status code.
    package let status: Int
    /// The sentence.
    package let detail: String
    /// The member of the request that is wrong; the sentence is then this member's, else the answer's `detail`.
    package let field: String?

    package init(status: Int, detail: String, field: String? = nil) {
        self.status = status
        self.detail = detail
        self.field = field
    }

    /// Status and sentence, for logs.
    package var description: String { "\(status) \(detail)" }

    static func badRequest(_ detail: String, field: String? = nil) -> APIRejection {
        APIRejection(status: 400, detail: detail, field: field)
    }

    static let batchOfNone = badRequest("Ensure this value is greater than or equal to 1.", field: "batch_size")
    static let unknownJob = APIRejection(status: 404, detail: "No Job matches the given query.")
    static let unknownProject = APIRejection(status: 404, detail: "No Project matches the given query.")
    static let anonymous = APIRejection(status: 401, detail: "Authentication credentials were not provided.")
    static let invalidToken = APIRejection(status: 401, detail: "Invalid token.")
    static let forbidden = APIRejection(
        status: 403,
        detail: "You do not have permission to perform this action."
    )
    static let queueAway = APIRejection(status: 503, detail: "The queue cannot be reached (on purpose)")
    /// The server failed where nobody expected it to; the answer is a page for people.
    static let crash = APIRejection(status: 500, detail: "Server Error (500)")

    /// The text of the answer.
    var json: JSONValue {
        field.map { .object([$0: .array([.string(detail)])]) } ?? ["detail": .string(detail)]
    }
}
