/// How requests find the proxy they go through.
package enum ProxyChoice: Sendable, Hashable {
    /// Straight to the host; proxy variables of the environment are ignored.
    case none
    /// As the variables of the environment say.
    case environment(ProxyVariables)
    /// Always through this one.
    case proxy(HTTPProxy)

    /// The proxy for a URL.
    ///
    /// - Parameter url: What is asked for.
    /// - Returns: `nil` when it is asked for straight.
    package func proxy(for url: HTTPURL) -> HTTPProxy? {
        switch self {
        case .none: nil
        case .environment(let variables): variables.proxy(for: url)
        case .proxy(let proxy): proxy
        }
    }
}
