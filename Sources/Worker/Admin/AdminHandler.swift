import Foundation
import HTTPServing

/// Answers on the admin port; nothing there changes anything.
struct AdminHandler: Sendable {
    let healthService: HealthService
    let feed: LiveFeed
    let hosts: AllowedHosts

    func answer(_ request: ServerRequest) -> ServerResponse {
        guard hosts.allows(request.host) else {
            return .admin(
                421,
                "text/plain",
                "This port is not asked by that name: ask by localhost or --admin-host, or add the name to --admin-names.\n"
            )
        }
        guard ["GET", "HEAD"].contains(request.method) else {
            var response = ServerResponse.admin(405, "text/plain", "Only GET and HEAD.\n")
            response.headers.append(("Allow", "GET, HEAD"))
            return response
        }
        return switch request.path {
        case "/": .admin(200, "text/html", PackageResources.live_html)
        case "/live.css": .admin(200, "text/css", PackageResources.live_css)
        case "/live.js": .admin(200, "text/javascript", PackageResources.live_js)
        case "/events": events(isHeadOnly: request.method == "HEAD")
        case "/snapshot": .admin(200, "application/json", feed.snapshot)
        case "/metrics": metrics()
        case "/livez": liveness()
        case "/readyz": readiness()
        // Browsers ask for it unasked.
        case "/favicon.ico": .admin(204, "image/x-icon", "")
        case let path where path.hasPrefix("/images/"): image(path.dropFirst("/images/".count))
        default: .admin(404, "text/plain", "There is /, /metrics, /livez and /readyz.\n")
        }
    }

    private func metrics() -> ServerResponse {
        healthService.viewers.look()
        return .admin(200, "text/plain; version=0.0.4", healthService.registry.scrape())
    }

    private func liveness() -> ServerResponse {
        guard let stall = healthService.stall else { return .admin(200, "text/plain", "ok\n") }
        let seconds = Int(stall.duration / .seconds(1))
        return .admin(503, "text/plain", "\(stall.part) holds tasks and moved none for \(seconds) s\n")
    }

    private func readiness() -> ServerResponse {
        let checks = healthService.readiness
        let isReady = checks.allSatisfy { $0.problem == nil }
        let lines = checks.map { "\($0.name): \($0.problem ?? "ok")\n" }
        return .admin(isReady ? 200 : 503, "text/plain", lines.joined())
    }

    private func image(_ name: Substring) -> ServerResponse {
        guard let id = Int(name), let jpeg = healthService.images.jpeg(id) else {
            return .admin(404, "text/plain", "There is no such image any more.\n")
        }
        return .admin(200, "image/jpeg", jpeg, isCacheable: true)
    }

    private func events(isHeadOnly: Bool) -> ServerResponse {
        var response = ServerResponse.admin(200, "text/event-stream", "")
        guard !isHeadOnly else { return response }
        guard let events = feed.subscribe() else {
            return .admin(503, "text/plain", "Too many watch already.\n")
        }
        response.body = .written(length: nil) { body in
            for await event in events { try await body.write(event) }
        }
        return response
    }
}

extension ServerResponse {
    /// An answer with the headers that every answer of the admin port has.
    fileprivate static func admin(
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

    fileprivate static func admin(_ status: Int, _ type: String, _ body: String) -> ServerResponse {
        admin(status, type, Array(body.utf8))
    }
}
