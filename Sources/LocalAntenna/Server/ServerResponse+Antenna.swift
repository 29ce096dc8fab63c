import HTTPServing
import JSON

extension ServerResponse {
    static func json(_ value: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = []) -> Self {
        ServerResponse(
            status: status,
            headers: [("Content-Type", "application/json")] + Self.safety + headers,
            body: .bytes(value.encoded())
        )
    }

    static func rejection(_ rejection: APIRejection) -> Self {
        if rejection == .crash {
            return ServerResponse(status: 500, type: "text/html; charset=utf-8", page(rejection.detail))
        }
        let challenge = rejection.status == 401 ? [(name: "WWW-Authenticate", value: "Token")] : []
        return .json(rejection.json, status: rejection.status, headers: challenge)
    }

    private static func page(_ title: String) -> String {
        "<!doctype html>\n<html lang=\"en\"><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"
    }

    static func redirect(to address: String, status: Int = 302) -> Self {
        ServerResponse(status: status, headers: [("Location", address)])
    }

    /// The head and half of the body, then the connection closes.
    static func interrupted(_ body: [UInt8], type: String) -> Self {
        ServerResponse(
            status: 200,
            headers: [("Content-Type", type)],
            body: .written(length: body.count) { writer in
                try await writer.write(body.prefix(body.count / 2))
                throw CancellationError()
            }
        )
    }

    /// Keeps a browser that shows an answer from running anything in it.
    static let safety: [(name: String, value: String)] = [
        ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]

    init(_ fault: APIFault) {
        switch fault {
        case .internalError:
            self = .json(["detail": "Internal server error (on purpose)"], status: 500)
        case .unavailable(let seconds):
            self = .json(
                ["detail": "Service unavailable (on purpose)"],
                status: 503,
                headers: [("Retry-After", "\(seconds)")]
            )
        case .tooManyRequests(let seconds):
            self = .json(
                ["detail": "Request was throttled (on purpose)"],
                status: 429,
                headers: [("Retry-After", "\(seconds)")]
            )
        }
    }
}
