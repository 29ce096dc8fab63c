import Transport

/// An answer of Antenna's API, whatever its status.
package struct AntennaAnswer: Sendable {
    /// The HTTP status code.
    package var status: Int
    /// How long the server asks to wait (`Retry-After`), if it does.
    package var retryAfter: Duration?
    /// The body's type (`Content-Type`).
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
