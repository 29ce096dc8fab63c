internal import Foundation
internal import HTTPTypes
internal import HummingbirdCore

/// A whole request, within the server's limits.
package struct ServerRequest: Sendable {
    /// GET, POST and so on, as it was sent.
    package let method: String
    /// Path and query as they were sent.
    package let target: String
    /// The path without the query, as it was sent.
    package let path: String
    /// The names and values of the query, decoded, in their order.
    package let query: [(name: String, value: String)]
    /// The host that was asked, with its port if that was named.
    package let host: String?
    /// The body; empty when there is none.
    package let body: [UInt8]
    private let fields: HTTPFields

    init(_ request: Request, body: [UInt8]) {
        method = request.method.rawValue
        target = request.head.path ?? "/"
        let parts = target.prefix { $0 != "#" }.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? Self.query(parts[1]) : []
        host = request.head.authority
        fields = request.headers
        self.body = body
    }

    /// The value of a header, whatever the case of its name.
    package func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { fields[$0] }
    }

    /// The first value of a name in the query.
    package func queryValue(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    private static func query(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { item in
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(pair[0]), pair.count > 1 ? decoded(pair[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}
