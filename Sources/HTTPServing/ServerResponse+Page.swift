extension ServerResponse {
    /// An answer for a browser, which may load what it needs from this server and from nowhere else.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - type: The media type; of text it is UTF-8.
    ///   - body: The body.
    ///   - isCacheable: Whether it never changes.
    /// - Returns: The answer.
    package static func page(
        _ status: Int,
        _ type: String,
        _ body: [UInt8],
        isCacheable: Bool = false
    ) -> ServerResponse {
        let charset = type.hasPrefix("text/") && type != "text/event-stream" ? "; charset=utf-8" : ""
        return ServerResponse(
            status: status,
            headers: [
                ("Content-Type", "\(type)\(charset)"),
                ("Cache-Control", isCacheable ? "private, max-age=3600, immutable" : "no-store"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                ),
                ("X-Content-Type-Options", "nosniff"),
                ("X-Frame-Options", "DENY"),
                ("Referrer-Policy", "no-referrer"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
            ],
            body: .bytes(body)
        )
    }

    /// The same of text.
    package static func page(_ status: Int, _ type: String, _ body: String) -> ServerResponse {
        page(status, type, Array(body.utf8))
    }
}
