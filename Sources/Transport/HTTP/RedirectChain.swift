import Telemetry

/// The hops of one call: judges the first URL and every redirect by the same rules and decides what travels on.
///
/// Pure: it is told what was answered and says what to do. Redirects are followed here rather than by libcurl because then no
/// header can reach another host by an oversight.
struct RedirectChain {
    /// The request of the hop that is to be made.
    private(set) var hop: HTTPHop
    /// How many redirects have been followed.
    private(set) var count = 0

    /// The step after an answer.
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
            proxy: request.policy.proxy.proxy(for: url),
            headers: request.headers,
            body: request.body,
            policy: request.policy,
            operation: request.operation
        )
        try judge("")
    }

    /// Takes an answer and decides.
    ///
    /// - Parameter location: Where the answer redirects to, as its header has it, if it does.
    /// - Returns: Whether ``hop`` now is the next request.
    /// - Throws: ``TransportError`` with `redirectLimit`, `malformedURL`, `forbiddenScheme` or `forbiddenAddress`.
    mutating func answered(redirectingTo location: String?) throws(TransportError) -> Step {
        guard let location, hop.method == .get else { return .finish }
        let url: HTTPURL
        do throws(TransportError) {
            url = try HTTPURL(location, relativeTo: hop.url, operation: hop.operation)
        } catch {
            throw error.saying("redirected to what is no URL: \(error.message)")
        }
        let target = redactedURL(url.text)
        guard count < hop.policy.maximumRedirects else {
            throw TransportError(
                .redirectLimit,
                operation: hop.operation,
                message: "redirected more than \(hop.policy.maximumRedirects) times, at last to \(target)"
            )
        }
        if url.origin != hop.url.origin { hop.headers = hop.headers.keeping(only: Self.harmlessFields) }
        hop.url = url
        hop.proxy = hop.policy.proxy.proxy(for: url)
        count += 1
        try judge("redirected to \(target): ")
        return .follow
    }

    /// Says in an error of the current hop that it was not the first.
    func explained(_ error: TransportError) -> TransportError {
        count == 0 ? error : error.saying("\(error.message), redirected to \(redactedURL(hop.url.text))")
    }

    /// Judges the current hop by the policy.
    private func judge(_ way: String) throws(TransportError) {
        func refuse(_ code: TransportError.Code, _ reason: String) -> TransportError {
            TransportError(code, operation: hop.operation, message: way + reason)
        }
        let url = hop.url
        guard ["http", "https"].contains(url.scheme), hop.policy.allowedSchemes.contains(url.scheme) else {
            throw refuse(.forbiddenScheme, "the URL scheme is \(url.scheme):, which is not allowed")
        }
        guard !url.host.isEmpty else { throw refuse(.malformedURL, "the URL names no host") }
        if let address = url.literalAddress, let refusal = hop.policy.addresses.refusal(of: address) {
            throw refuse(.forbiddenAddress, "\(address) \(refusal)")
        }
        if hop.proxy != nil, let refusal = hop.policy.addresses.refusal(ofName: url.host) {
            throw refuse(.forbiddenAddress, "\(url.host.visible) \(refusal)")
        }
    }
}
