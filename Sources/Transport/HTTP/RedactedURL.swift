/// Makes a URL fit for logs and messages.
///
/// Works on any text, also on what is not a URL, because that is when messages are written. Where it is not sure that no part of
/// a password is left, it shows less.
///
/// - Parameter url: The URL, whole or broken.
/// - Returns: At most 300 characters, without user name, password and fragment, and of the query only the names.
package func redactedURL(_ url: String) -> String {
    let longest = 2_048
    let isCut = url.utf8.count > longest
    let text = isCut ? String(decoding: url.utf8.prefix(longest), as: UTF8.self) : url
    let shown = withoutSecrets(text[...], isCut: isCut).visible
    return shown.count > 300 ? String(shown.prefix(299)) + "…" : shown
}

private func withoutSecrets(_ text: Substring, isCut: Bool) -> String {
    guard let scheme = text.firstRange(of: "://") else {
        // Not a URL: whatever stands before an @ may be a password.
        return withoutQuery(text.lastIndex(of: "@").map { text[text.index(after: $0)...] } ?? text)
    }
    let rest = text[scheme.upperBound...]
    // A ? or # that was not escaped may be part of a password: only a slash ends this part for certain.
    let authority = rest.prefix { $0 != "/" && $0 != "\\" }
    let start = text[..<scheme.upperBound]
    if let at = authority.lastIndex(of: "@") { return start + withoutQuery(rest[rest.index(after: at)...]) }
    let isWhole = !(isCut && authority.endIndex == text.endIndex)
    guard isWhole, isHostAndPort(authority.prefix { $0 != "?" && $0 != "#" }) else { return start + "…" }
    return start + withoutQuery(rest)
}

/// Whether the last colon is followed by a port: else it may stand between a user and a password that holds a slash.
private func isHostAndPort(_ text: Substring) -> Bool {
    if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
        let port = text[text.index(after: end)...]
        return port.isEmpty || (port.first == ":" && port.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) })
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 1 || (parts.count == 2 && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) })
}

private func withoutQuery(_ text: Substring) -> String {
    let withoutFragment = text.prefix { $0 != "#" }
    let pieces = withoutFragment.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard pieces.count == 2 else { return String(withoutFragment) }
    let query = pieces[1].split(separator: "&").map { parameter in
        let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? "\(parts[0])=…" : "…"
    }
    return "\(pieces[0])?\(query.joined(separator: "&"))"
}
