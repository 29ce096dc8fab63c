package import Transport

/// What the Antenna client needs of HTTP: one request, one whole answer.
///
/// Narrower than the HTTP client on purpose, so that a scripted server can stand in for the network.
package protocol HTTPExecuting: Sendable {
    /// Makes one attempt.
    ///
    /// - Throws: ``TransportError`` when there is no complete answer within the request's limits.
    func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer
}

/// A request to Antenna's API.
package struct AntennaRequest: Sendable {
    /// The HTTP method.
    package var method: HTTPRequest.Method
    /// The absolute URL, query included.
    package var url: String
    /// Header fields, the token's among them: never to be logged.
    package var headers: HTTPHeaders
    /// The JSON body of a POST.
    package var body: [UInt8]?
    /// The longest time for a call on which nothing moves; one that sends a large body has more.
    package var timeout: Duration
    /// The largest answer in bytes.
    package var maximumResponseBytes: Int
}

/// An answer of Antenna's API, whatever its status.
package struct AntennaAnswer: Sendable {
    /// The HTTP status code.
    package var status: Int
    /// How long the server asks to wait (`Retry-After`), if it does.
    package var retryAfter: Duration?
    /// What the body is said to be (`Content-Type`).
    package var contentType: String?
    /// The body, whole.
    package var body: [UInt8]

    package init(status: Int, retryAfter: Duration? = nil, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.contentType = contentType
        self.body = body
    }

    /// Whether the answer is a page for people: what logins to networks and proxies send in the place of an answer, with 200.
    var isWebPage: Bool {
        let type = contentType?.lowercased() ?? ""
        return type.hasPrefix("text/html") || type.hasPrefix("application/xhtml")
            || body.first { $0 != 0x20 && !(0x09...0x0D).contains($0) } == UInt8(ascii: "<")
    }
}
