import FlyingFox
import Foundation

/// Answers on the admin port; nothing there changes anything.
struct AdminHandler: HTTPHandler {
    let oversight: Oversight
    let feed: LiveFeed

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard [.GET, .HEAD].contains(request.method) else {
            var response = HTTPResponse.admin(.methodNotAllowed, "text/plain", "Only GET and HEAD.\n")
            response.headers[HTTPHeader("Allow")] = "GET, HEAD"
            return response
        }
        let response = await answer(request)
        guard request.method == .HEAD else { return response }
        return HTTPResponse(statusCode: response.statusCode, headers: response.headers)
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/": .admin(.ok, "text/html", PackageResources.live_html)
        case "/live.css": .admin(.ok, "text/css", PackageResources.live_css)
        case "/live.js": .admin(.ok, "text/javascript", PackageResources.live_js)
        case "/events": events()
        case "/metrics": metrics()
        case "/livez": liveness()
        case "/readyz": readiness()
        // Browsers ask for it unasked.
        case "/favicon.ico": .admin(.noContent, "image/x-icon", "")
        case let path where path.hasPrefix("/images/"): image(path.dropFirst("/images/".count))
        default: .admin(.notFound, "text/plain", "There is /, /metrics, /livez and /readyz.\n")
        }
    }

    private func metrics() -> HTTPResponse {
        oversight.audience.look()
        return .admin(.ok, "text/plain; version=0.0.4", oversight.registry.scrape())
    }

    private func liveness() -> HTTPResponse {
        guard let stall = oversight.stall else { return .admin(.ok, "text/plain", "ok\n") }
        let seconds = Int(stall.duration / .seconds(1))
        return .admin(.serviceUnavailable, "text/plain", "\(stall.part) holds tasks and moved none for \(seconds) s\n")
    }

    private func readiness() -> HTTPResponse {
        let checks = oversight.readiness
        let isReady = checks.allSatisfy { $0.problem == nil }
        let lines = checks.map { "\($0.name): \($0.problem ?? "ok")\n" }
        return .admin(isReady ? .ok : .serviceUnavailable, "text/plain", lines.joined())
    }

    private func image(_ name: Substring) -> HTTPResponse {
        guard let id = Int(name), let jpeg = oversight.images.jpeg(id) else {
            return .admin(.notFound, "text/plain", "There is no such image any more.\n")
        }
        return .admin(.ok, "image/jpeg", jpeg, isCacheable: true)
    }

    private func events() -> HTTPResponse {
        guard let events = feed.subscribe() else {
            return .admin(.serviceUnavailable, "text/plain", "Too many watch already.\n")
        }
        var response = HTTPResponse.admin(.ok, "text/event-stream", "")
        response.payload = .httpBody(HTTPBodySequence(from: EventBody(events: events)))
        return response
    }
}

extension HTTPResponse {
    /// An answer with the headers that every answer of the admin port has.
    fileprivate static func admin(
        _ status: HTTPStatusCode,
        _ type: String,
        _ body: [UInt8],
        isCacheable: Bool = false
    ) -> HTTPResponse {
        let charset = type.hasPrefix("text/") && type != "text/event-stream" ? "; charset=utf-8" : ""
        return HTTPResponse(
            statusCode: status,
            headers: [
                .contentType: "\(type)\(charset)",
                HTTPHeader("Cache-Control"): isCacheable ? "private, max-age=3600, immutable" : "no-store",
                HTTPHeader("Content-Security-Policy"): "default-src 'none'; script-src 'self'; style-src 'self'; "
                    + "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                HTTPHeader("X-Content-Type-Options"): "nosniff",
                HTTPHeader("X-Frame-Options"): "DENY",
                HTTPHeader("Referrer-Policy"): "no-referrer",
                HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
            ],
            body: Data(body)
        )
    }

    fileprivate static func admin(_ status: HTTPStatusCode, _ type: String, _ body: String) -> HTTPResponse {
        admin(status, type, Array(body.utf8))
    }
}
