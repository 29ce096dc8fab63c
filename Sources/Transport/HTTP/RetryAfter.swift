internal import CCurl

/// The `Retry-After` header field (RFC 9110, 10.2.3).
package enum RetryAfter {
    /// How long the server asks to wait.
    ///
    /// - Parameters:
    ///   - value: Whole seconds, or an HTTP-date in any of its three forms.
    ///   - now: The current time in seconds since 1970; best the server's own, from its `Date` field.
    /// - Returns: The wait, not negative; `nil` for anything that is neither. Seconds beyond a century count as a century.
    package static func parse(_ value: String, now: Int64) -> Duration? {
        let century: Int64 = 100 * 366 * 86_400
        let text = value.trimmingSpaces()
        guard !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int64(text) ?? century, century))
        }
        guard let date = seconds(ofDate: text) else { return nil }
        let (wait, overflow) = date.subtractingReportingOverflow(now)
        return .seconds(overflow ? 0 : min(max(0, wait), century))
    }

    /// Reads an HTTP-date.
    ///
    /// - Parameter text: For instance `Sun, 06 Nov 1994 08:49:37 GMT`.
    /// - Returns: Seconds since 1970; `nil` for anything else.
    package static func seconds(ofDate text: String) -> Int64? {
        // libcurl also reads looser dates ("2030", "tomorrow's" forms without a time); a date of HTTP always has a time of day.
        guard text.contains(":"), text.first?.isLetter == true else { return nil }
        let seconds = curl_getdate(text, nil)
        return seconds == -1 ? nil : Int64(seconds)
    }
}

extension String {
    /// Without the spaces and tabs at both ends.
    fileprivate func trimmingSpaces() -> String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let rest = drop(while: blank)
        return String(rest.reversed().drop(while: blank).reversed())
    }
}
