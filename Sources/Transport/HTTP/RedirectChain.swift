/// The hops of one call: judges the first URL and every redirect by the same rules and decides what travels on.
///
/// Pure: it is told what was answered and says what to do. Redirects are followed here rather than by libcurl because then no
/// header can reach another host by an oversight.
struct RedirectChain {
    /// The request of the hop that is to be made.
    private(set) var hop: HTTPHop
    /// How many redirects have been followed.
    private(set) var count = 0

    /// What to do after an answer.
    enum Step: Equatable {
        /// The answer is the response.
        case finish
        /// Make ``RedirectChain/hop``, which now is the next request.
        case follow
    }

    /// Fields that say nothing about who asks and for what.
    private static let harmlessFields: Set<String> = ["accept", "accept-language", "user-agent"]

    /// Judges the request.
    ///
    /// - Throws: ``TransportError`` with `malformedURL`, `forbiddenScheme`, `forbiddenAddress` or, for a header that cannot be
    ///   sent, `configuration`.
    init(_ request: HTTPRequest) throws(TransportError) {
        let url = try HTTPURL(request.url, operation: request.operation)
        if let field = request.headers.first(where: { !$0.isSendable }) {
            throw TransportError(
                .configuration,
                operation: request.operation,
                message: "the header \(field.name.debugDescription) holds characters that no header may"
            )
        }
        hop = HTTPHop(
            method: request.method,
            url: url,
            headers: request.headers,
            body: request.body,
            policy: request.policy,
            operation: request.operation
        )
        try Self.judge(url, of: hop, redirected: false)
    }

    /// Takes an answer and decides.
    ///
    /// - Parameter location: The absolute URL the answer redirects to, if it does.
    /// - Returns: Whether ``hop`` now is the next request.
    /// - Throws: ``TransportError`` with `redirectLimit`, `malformedURL`, `forbiddenScheme` or `forbiddenAddress`.
    mutating func answered(redirectingTo location: String?) throws(TransportError) -> Step {
        guard let location, hop.method == .get else { return .finish }
        guard count < hop.policy.maximumRedirects else {
            throw TransportError(
                .redirectLimit,
                operation: hop.operation,
                message: "redirected more than \(hop.policy.maximumRedirects) times"
            )
        }
        let url = try HTTPURL(location, operation: hop.operation)
        try Self.judge(url, of: hop, redirected: true)
        if url.origin != hop.url.origin { hop.headers = hop.headers.keeping(only: Self.harmlessFields) }
        hop.url = url
        count += 1
        return .follow
    }

    private static func judge(_ url: HTTPURL, of hop: HTTPHop, redirected: Bool) throws(TransportError) {
        guard ["http", "https"].contains(url.scheme), hop.policy.allowedSchemes.contains(url.scheme) else {
            let way = redirected ? "redirected to \(url.scheme):" : "the URL scheme is \(url.scheme):"
            throw TransportError(.forbiddenScheme, operation: hop.operation, message: "\(way), which is not allowed")
        }
        guard !url.host.isEmpty else {
            throw TransportError(.malformedURL, operation: hop.operation, message: "the URL names no host")
        }
        if let address = url.literalAddress, let refusal = hop.policy.addresses.refusal(of: address) {
            let way = redirected ? "redirected to \(address), which" : "\(address)"
            throw TransportError(.forbiddenAddress, operation: hop.operation, message: "\(way) \(refusal)")
        }
    }
}

/// One request to one origin, judged and ready to be sent.
struct HTTPHop: Sendable {
    var method: HTTPRequest.Method
    var url: HTTPURL
    var headers: HTTPHeaders
    var body: [UInt8]?
    var policy: HTTPPolicy
    var operation: String
}

/// What came back for one hop.
struct HTTPAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
    var redirectURL: String?
    var timings: HTTPResponse.Timings
}
