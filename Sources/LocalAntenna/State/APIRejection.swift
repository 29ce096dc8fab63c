/// Why the API refuses a call: the status and the sentence it answers with.
package struct APIRejection: Error, Equatable, CustomStringConvertible {
    /// The HTTP status code.
    package let status: Int
    /// The `detail` of the answer.
    package let detail: String

    /// Status and sentence, for logs.
    package var description: String { "\(status) \(detail)" }

    static func badRequest(_ detail: String) -> APIRejection { APIRejection(status: 400, detail: detail) }
    static let unknownJob = APIRejection(status: 404, detail: "No Job matches the given query.")
}
