import FoundationEssentials

/// The address of a web service, as a setting.
package enum WebAddress {
    /// Checks an address and drops the slashes at its end.
    ///
    /// - Throws: ``ValueError`` when it is not `http` or `https`, has no host, holds a password, or has a query or a fragment.
    package static func normalise(_ text: String) throws(ValueError) -> String {
        let text = text.trimmed
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw ValueError("is not a URL; it should look like https://antenna.example.org/api/v2")
        }
        guard scheme == "http" || scheme == "https" else {
            throw ValueError("must begin with http:// or https://, not \(scheme):")
        }
        guard let host = parts.host, !host.isEmpty else { throw ValueError("names no host") }
        // Not shown again: it may hold a password.
        guard parts.user == nil, parts.password == nil else {
            throw ValueError("must not hold a user or a password; the token is a setting of its own")
        }
        guard parts.query == nil, parts.fragment == nil else { throw ValueError("must not have a ? or a #") }
        var result = text
        while result.hasSuffix("/") { result.removeLast() }
        return result
    }
}
