import Telemetry

/// A proxy: where it is, and who we are to it.
package struct HTTPProxy: Sendable, Hashable, CustomStringConvertible {
    /// The proxy's address for libcurl; may hold a password.
    let text: String
    /// Where it is, without user and password.
    package let description: String

    /// The protocol that libcurl speaks to the proxy.
    private static let schemes: Set<String> = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    /// Reads a proxy's address.
    ///
    /// - Parameter text: For instance `http://user:password@proxy.example:3128`; without a scheme it is `http`, without a port
    ///   what libcurl takes, 1080 (443 for `https`).
    /// - Throws: ``TransportError`` with `configuration`; its sentence shows nothing of the address.
    package init(_ text: String) throws(TransportError) {
        func refuse(_ reason: String) -> TransportError {
            TransportError(.configuration, operation: "proxy.read", message: "the proxy's address \(reason)")
        }
        let whole = text.contains("://") ? text : "http://" + text
        let url: HTTPURL
        do throws(TransportError) {
            url = try HTTPURL(whole)
        } catch {
            throw refuse("cannot be read; it should look like http://proxy.example:3128")
        }
        guard Self.schemes.contains(url.scheme) else {
            throw refuse("begins with none of " + Self.schemes.sorted().joined(separator: ", "))
        }
        guard !url.host.isEmpty else { throw refuse("names no host") }
        let shown = redactedURL(url.text)
        self.text = url.text
        description = shown.hasSuffix("/") ? String(shown.dropLast()) : shown
    }
}

extension HTTPProxy: CustomReflectable {
    /// Without children, so that `dump` finds no password either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
