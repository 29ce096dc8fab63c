internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// An answer.
package struct ServerResponse: Sendable {
    /// The body.
    package enum Body: Sendable {
        /// These bytes.
        case bytes([UInt8])
        /// The bytes that the closure writes, piece by piece, no faster than the client reads; chunked when the length is not known. When
        /// it throws, the connection is cut in the middle.
        case written(length: Int?, by: @Sendable @concurrent (inout BodyWriter) async throws -> Void)
        /// Nothing at all, not even a head: the connection is cut.
        case cut
    }

    /// The status code.
    package var status: Int
    /// The headers, apart from those that describe the connection and the length.
    package var headers: [(name: String, value: String)]
    /// The body.
    package var body: Body

    /// Makes an answer.
    package init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of text.
    package init(status: Int, type: String = "text/plain; charset=utf-8", _ text: String) {
        self.init(status: status, headers: [("Content-Type", type)], body: .bytes(Array(text.utf8)))
    }

    /// No answer: the connection closes before the first byte.
    package static var hangUp: ServerResponse { ServerResponse(status: 200, body: .cut) }

    var head: HTTPResponse {
        var fields = HTTPFields()
        for (name, value) in headers {
            // A name or value that HTTP does not allow would be a mistake of ours; it is left out rather than sent.
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else { continue }
            fields[name] = value
        }
        switch body {
        case .bytes(let bytes): if status != 204 { fields[.contentLength] = "\(bytes.count)" }
        case .written(let length?, _): fields[.contentLength] = "\(length)"
        case .written(nil, _), .cut: break
        }
        return HTTPResponse(status: .init(code: (200...599).contains(status) ? status : 500), headerFields: fields)
    }
}
