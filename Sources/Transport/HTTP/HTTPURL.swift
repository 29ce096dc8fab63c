internal import CCurl

/// An absolute URL as libcurl reads it, so that what is judged is what is connected to.
///
/// A second parser with its own opinions is how checks are walked around; this is libcurl's own.
package struct HTTPURL: Sendable, Hashable {
    /// The normalised URL; spaces and bytes beyond ASCII are percent-encoded.
    package let text: String
    /// The scheme in lower case.
    package let scheme: String
    /// The host in lower case; IPv4 notations such as `0x7f.1` are in the four-part form, IPv6 is in brackets.
    package let host: String
    /// The port, written or implied by the scheme; 0 when the scheme implies none.
    package let port: Int

    /// Reads an absolute URL of any scheme.
    ///
    /// - Parameters:
    ///   - text: The URL.
    ///   - operation: The operation an error is reported for.
    /// - Throws: ``TransportError`` with code `malformedURL`.
    package init(_ text: String, operation: String = "http.url") throws(TransportError) {
        func malformed(_ reason: String) -> TransportError {
            TransportError(
                .malformedURL,
                operation: operation,
                message: "\(reason): \(redactedURL(text).debugDescription)"
            )
        }
        guard !text.isEmpty else {
            throw TransportError(.malformedURL, operation: operation, message: "the URL is empty")
        }
        guard !text.utf8.contains(0), let handle = curl_url() else {
            throw malformed("the URL cannot be read")
        }
        defer { curl_url_cleanup(handle) }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE)
        let code = curl_url_set(handle, CURLUPART_URL, text, flags)
        guard code == CURLUE_OK else {
            let reason = code == CURLUE_BAD_SCHEME ? "not an absolute URL" : "malformed URL"
            throw malformed(reason)
        }
        guard let whole = Self.part(CURLUPART_URL, of: handle), let scheme = Self.part(CURLUPART_SCHEME, of: handle)
        else {
            throw malformed("malformed URL")
        }
        self.text = whole
        self.scheme = scheme.lowercased()
        self.host = Self.part(CURLUPART_HOST, of: handle)?.lowercased() ?? ""
        self.port = Self.part(CURLUPART_PORT, of: handle, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) } ?? 0
    }

    /// Scheme, host and port: what must be equal for headers to travel along a redirect, and what connections are counted by.
    package var origin: String { "\(scheme)://\(host):\(port)" }

    /// Host and port for messages.
    package var authority: String { "\(host):\(port)" }

    /// The address, when the host is written as one.
    package var literalAddress: IPAddress? { IPAddress(host) }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

/// Makes a URL fit for logs and messages.
///
/// Works on any text, also on what is not a URL, because that is when messages are written.
///
/// - Parameter url: The URL, whole or broken.
/// - Returns: At most 300 characters, without user name, password and fragment, and of the query only the names.
package func redactedURL(_ url: String) -> String {
    let withoutFragment = url.prefix { $0 != "#" }
    let pieces = withoutFragment.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = pieces.count == 2 ? "?" + redactedQuery(pieces[1]) : ""
    let shown = withoutUserInfo(pieces.first ?? "") + query
    let printable = shown.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : Character($0) }
    return printable.count > 300 ? String(printable.prefix(299)) + "…" : String(printable)
}

private func redactedQuery(_ query: Substring) -> String {
    query.split(separator: "&").map { parameter in
        let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? "\(parts[0])=…" : "…"
    }.joined(separator: "&")
}

private func withoutUserInfo(_ text: Substring) -> String {
    guard let scheme = text.firstRange(of: "://") else {
        // Not a URL: whatever stands before an @ may be a password.
        return text.lastIndex(of: "@").map { String(text[text.index(after: $0)...]) } ?? String(text)
    }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "\\" }
    guard let at = authority.lastIndex(of: "@") else { return String(text) }
    return String(text[..<scheme.upperBound] + rest[rest.index(after: at)...])
}
