import JSON
import LocalAntenna

/// A call, and what a real Antenna answered: made from the notes on the contract, in our own words.
struct RecordedCall: Sendable, CustomStringConvertible {
    /// What is looked at in an answer.
    enum Expectation: Sendable {
        /// A member at a path is there.
        case has(String)
        /// A member at a path has a value.
        case equals(String, JSONValue)
        /// A member at a path is text that begins so.
        case begins(String, String)
        /// A header is there with a value.
        case header(String, String)
        /// There is no body.
        case isEmpty
        /// The body is a page for people.
        case isPage
    }

    let method: String
    let path: String
    let headers: [String]
    let body: String
    let status: Int
    let expectations: [Expectation]

    /// A call with the token that is known.
    init(_ method: String, _ path: String, _ status: Int, _ expectations: Expectation...) {
        self.init(method, path, "", headers: Self.usual, status, expectations)
    }

    /// A call with a body of JSON, or with headers of its own.
    init(
        _ method: String,
        _ path: String,
        _ body: String = "",
        headers: [String] = usual,
        _ status: Int,
        _ expectations: Expectation...
    ) {
        self.init(method, path, body, headers: headers, status, expectations)
    }

    private init(
        _ method: String,
        _ path: String,
        _ body: String,
        headers: [String],
        _ status: Int,
        _ expectations: [Expectation]
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.status = status
        self.expectations = expectations
    }

    private static let usual = ["Authorization: Token secret", "Content-Type: application/json"]

    var description: String { "\(method) \(path) \(headers.joined(separator: ", ")) \(body.prefix(80))" }
}

extension JSONValue {
    /// The member at a path, whose parts are names or numbers with dots between.
    func member(at path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(self)) { value, part in
            if let index = Int(part) {
                guard let elements = value?.elements, elements.indices.contains(index) else { return nil }
                return elements[index]
            }
            return value?[String(part)]
        }
    }
}
