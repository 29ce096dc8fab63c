/// An entry of `no_proxy`: hosts that are asked straight.
struct ProxyException: Sendable, Hashable {
    /// The entry as it was written.
    let text: String
    private let host: String
    private let port: Int?
    private let network: IPNetwork?

    /// Reads an entry: `*`, a name with what lies below it, an address, or a network; each may end in a port.
    init(_ text: Substring) {
        self.text = String(text).visible
        var host = text.lowercased()[...]
        var port: Int?
        let isBracketed = host.first == "["
        if let colon = host.lastIndex(of: ":"), isBracketed || host.firstIndex(of: ":") == colon,
            let number = Int(host[host.index(after: colon)...])
        {
            port = number
            host = host[..<colon]
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        if host.first == "." { host = host.dropFirst() }
        if host.last == "." { host = host.dropLast() }
        self.host = String(host)
        self.port = port
        network = IPNetwork(host)
    }

    /// Whether a URL's host is meant.
    func holds(for url: HTTPURL) -> Bool {
        if let port, port != url.port { return false }
        if host == "*" { return true }
        if let network { return url.literalAddress.map(network.contains) ?? false }
        let name = url.host.hasSuffix(".") ? url.host.dropLast() : url.host[...]
        return !host.isEmpty && (name == host || name.hasSuffix("." + host))
    }
}
