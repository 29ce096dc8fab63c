import Telemetry

/// The variables by which an environment names its proxies, as curl reads them.
///
/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, or in capital letters; but not `HTTP_PROXY`, which in a program called
/// by a web server is a header that anybody can send.
package struct ProxyVariables: Sendable, Hashable {
    private var http: Named?
    private var https: Named?
    private var exceptions: [ProxyException] = []

    /// A proxy and the variable that named it.
    private struct Named: Sendable, Hashable {
        let variable: String
        let proxy: HTTPProxy
    }

    /// Reads the variables.
    ///
    /// - Parameter environment: The variables of a process.
    /// - Throws: ``TransportError`` with `configuration` for a proxy's address that cannot be read; it names the variable.
    package init(_ environment: [String: String]) throws(TransportError) {
        func first(_ names: String...) throws(TransportError) -> Named? {
            guard let name = names.first(where: { environment[$0]?.isEmpty == false }) else { return nil }
            do throws(TransportError) {
                return Named(variable: name, proxy: try HTTPProxy(environment[name] ?? ""))
            } catch {
                throw TransportError(error.code, operation: error.operation, message: "\(name): \(error.message)")
            }
        }
        http = try first("http_proxy", "all_proxy", "ALL_PROXY")
        https = try first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        let list = ["no_proxy", "NO_PROXY"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        exceptions = list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map { ProxyException($0) }
    }

    /// The proxy for a URL.
    ///
    /// - Parameter url: What is asked for.
    /// - Returns: `nil` when no variable names one, or the host is excepted.
    package func proxy(for url: HTTPURL) -> HTTPProxy? {
        let named = url.scheme == "https" ? https : http
        return exceptions.contains { $0.holds(for: url) } ? nil : named?.proxy
    }

    /// The proxies in force, for people: for instance `http_proxy http://proxy.example:3128, but not for localhost`; `nil` when no
    /// variable names a proxy.
    package var summary: String? {
        let proxies = [http, https].compactMap { $0 }.reduce(into: [Named]()) { unique, named in
            if !unique.contains(named) { unique.append(named) }
        }
        guard !proxies.isEmpty else { return nil }
        let shown = proxies.map { "\($0.variable) \($0.proxy)" }.joined(separator: ", ")
        guard !exceptions.isEmpty else { return shown }
        return shown + ", but not for " + exceptions.map(\.text).joined(separator: " ")
    }
}
