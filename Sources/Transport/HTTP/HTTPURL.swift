internal import CCurl
package import Telemetry

/// An absolute URL as libcurl reads it, so that what is judged is what is connected to.
///
/// A second parser with its own opinions is how checks are walked around; this is libcurl's own.
package struct HTTPURL: Sendable, Hashable {
    /// The longest URL that is read, in bytes: more than any server takes.
    package static let maximumBytes = 64 << 10

    /// The normalised URL; spaces and bytes beyond ASCII are percent-encoded.
    package let text: String
    /// The scheme in lower case.
    package let scheme: String
    /// The host in lower case; IPv4 notations such as `0x7f.1` are in the four-part form, IPv6 is in brackets.
    package let host: String
    /// The port, written or implied by the scheme; 0 when the scheme implies none.
    package let port: Int

    /// Reads a URL of any scheme.
    ///
    /// - Parameters:
    ///   - text: The URL; blanks around it are dropped.
    ///   - base: What a relative one is relative to; without it only an absolute one is read.
    ///   - operation: The operation an error is reported for.
    /// - Throws: ``TransportError`` with code `malformedURL`.
    package init(
        _ text: String,
        relativeTo base: HTTPURL? = nil,
        operation: OperationName = "url.read"
    ) throws(TransportError) {
        func malformed(_ reason: String) -> TransportError {
            TransportError(.malformedURL, operation: operation, message: "\(reason): \"\(redactedURL(text))\"")
        }
        guard text.utf8.count <= Self.maximumBytes else {
            throw malformed("the URL is longer than the \(Self.maximumBytes) bytes that are tried")
        }
        let sendable = Self.encoded(text)
        guard !sendable.isEmpty else {
            throw TransportError(.malformedURL, operation: operation, message: "the URL is empty")
        }
        guard !sendable.utf8.contains(0), let handle = curl_url() else {
            throw malformed("the URL cannot be read")
        }
        defer { curl_url_cleanup(handle) }
        // Spaces are left only where they are wrong, in the host, and control characters are wrong everywhere.
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
        if let base, curl_url_set(handle, CURLUPART_URL, base.text, flags) != CURLUE_OK {
            throw malformed("malformed URL")
        }
        let code = curl_url_set(handle, CURLUPART_URL, sendable, flags)
        guard code == CURLUE_OK else {
            throw malformed(code == CURLUE_BAD_SCHEME ? "not an absolute URL" : "malformed URL")
        }
        // A host's percent-encoding is undone: what libcurl lets through there would be in the request's head.
        guard let whole = Self.part(CURLUPART_URL, of: handle), whole.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
            let scheme = Self.part(CURLUPART_SCHEME, of: handle)
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
    package var authority: String { "\(host):\(port)".visible }

    /// The address, when the host is written as one.
    package var literalAddress: IPAddress? { IPAddress(host) }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Spaces and bytes beyond ASCII percent-encoded behind the host, as browsers do: libcurl writes a query's spaces as `+`, which
    /// is another name to most image hosts.
    private static func encoded(_ text: String) -> String {
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        var bytes = Array(text.utf8.drop(while: isBlank))[...]
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        let start = authorityEnd(of: bytes)
        let rest = percentEncoded(bytes[start...]) { $0 == 0x20 || $0 > 0x7F }
        return String(decoding: bytes[..<start] + rest, as: UTF8.self)
    }

    /// Where the path begins, or the query.
    private static func authorityEnd(of bytes: ArraySlice<UInt8>) -> Int {
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        var rest = bytes[scheme.endIndex...]
        if rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
        } else {
            // Relative: to a scheme, when it begins with two slashes.
            rest = bytes
        }
        guard rest.starts(with: "//".utf8) else { return bytes.startIndex }
        return rest.dropFirst(2).firstIndex { "/?#".utf8.contains($0) } ?? bytes.endIndex
    }
}

/// Bytes with some of them written as `%` and two digits.
///
/// - Parameters:
///   - bytes: Any bytes.
///   - isEncoded: Which of them.
/// - Returns: The bytes as they may stand in a URL.
func percentEncoded(_ bytes: some Sequence<UInt8>, where isEncoded: (UInt8) -> Bool) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    encoded.reserveCapacity(bytes.underestimatedCount)
    for byte in bytes {
        guard isEncoded(byte) else {
            encoded.append(byte)
            continue
        }
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return encoded
}
