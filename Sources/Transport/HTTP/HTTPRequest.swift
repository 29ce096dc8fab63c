import Telemetry

/// One request and the rules it is made under.
package struct HTTPRequest: Sendable {
    /// The URL asked for.
    package var method: Method
    /// The absolute URL; spaces and bytes beyond ASCII are encoded for you.
    package var url: String
    /// Header fields.
    ///
    /// On a redirect to another scheme, host or port only harmless ones (`Accept`…) are kept.
    package var headers: HTTPHeaders
    /// The body of a POST.
    package var body: [UInt8]?
    /// Limits and permissions.
    package var policy: HTTPPolicy

    /// The methods the worker needs.
    package enum Method: String, Sendable {
        /// Reads; follows redirects.
        case get = "GET"
        /// Writes; never follows a redirect, the 3xx answer is returned.
        case post = "POST"
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: What is asked for.
    ///   - url: The absolute URL.
    ///   - headers: Header fields.
    ///   - body: The body of a POST.
    ///   - policy: Limits and permissions.
    package init(
        method: Method = .get,
        url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        policy: HTTPPolicy
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.policy = policy
    }

    var operation: OperationName { OperationName("http.\(method.rawValue.lowercased())") }
}
