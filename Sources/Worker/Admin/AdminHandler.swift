import Foundation
import HTTPServing
import JSON

/// Answers on the admin port; nothing there changes anything.
struct AdminHandler: Sendable {
    let healthService: HealthService
    let feed: LiveFeed
    let hosts: AllowedHosts

    func answer(_ request: ServerRequest) -> ServerResponse {
        guard hosts.allows(request.host) else {
            return .page(
                421,
                "text/plain",
                "This port is not asked by that name: ask by localhost or --admin-host, or add the name to --admin-names.\n"
            )
        }
        guard ["GET", "HEAD"].contains(request.method) else {
            var response = ServerResponse.page(405, "text/plain", "Only GET and HEAD.\n")
            response.headers.append(("Allow", "GET, HEAD"))
            return response
        }
        return switch request.path {
        case "/": .page(200, "text/html", PackageResources.live_html)
        case "/fleet": .page(200, "text/html", PackageResources.fleet_html)
        case "/page.css": .page(200, "text/css", PageParts.css)
        case "/live.css": .page(200, "text/css", PackageResources.live_css)
        case "/page.js": .page(200, "text/javascript", PageParts.javaScript)
        case "/chart.js": .page(200, "text/javascript", PackageResources.chart_js)
        case "/gallery.js": .page(200, "text/javascript", PackageResources.gallery_js)
        case "/live.js": .page(200, "text/javascript", PackageResources.live_js)
        case "/fleet.js": .page(200, "text/javascript", PackageResources.fleet_js)
        case "/events": events(isHeadOnly: request.method == "HEAD")
        case "/snapshot": .page(200, "application/json", feed.snapshot)
        case "/fleet.json": .page(200, "application/json", FleetSnapshot(healthService).json.encoded())
        case "/metrics": metrics()
        case "/livez": liveness()
        case "/readyz": readiness()
        // Browsers ask for it unasked.
        case "/favicon.ico": .page(204, "image/x-icon", "")
        case let path where path.hasPrefix("/images/"): image(path.dropFirst("/images/".count))
        default: .page(404, "text/plain", "There is /, /fleet, /metrics, /livez and /readyz.\n")
        }
    }

    private func metrics() -> ServerResponse {
        healthService.viewers.look()
        return .page(200, "text/plain; version=0.0.4", healthService.registry.scrape())
    }

    private func liveness() -> ServerResponse {
        guard let stall = healthService.stall else { return .page(200, "text/plain", "ok\n") }
        let seconds = Int(stall.duration / .seconds(1))
        return .page(503, "text/plain", "\(stall.part) holds tasks and moved none for \(seconds) s\n")
    }

    private func readiness() -> ServerResponse {
        let checks = healthService.readiness
        let isReady = checks.allSatisfy { $0.problem == nil }
        let lines = checks.map { "\($0.name): \($0.problem ?? "ok")\n" }
        return .page(isReady ? 200 : 503, "text/plain", lines.joined())
    }

    private func image(_ name: Substring) -> ServerResponse {
        guard let id = Int(name), let jpeg = healthService.images.jpeg(id) else {
            return .page(404, "text/plain", "There is no such image any more.\n")
        }
        return .page(200, "image/jpeg", jpeg, isCacheable: true)
    }

    private func events(isHeadOnly: Bool) -> ServerResponse {
        var response = ServerResponse.page(200, "text/event-stream", "")
        guard !isHeadOnly else { return response }
        guard let (hello, snapshots) = feed.subscribe() else {
            return .page(503, "text/plain", "Too many watch already.\n")
        }
        response.body = .written(length: nil) { body in
            try await body.write(hello)
            for await snapshot in snapshots { try await body.write(snapshot) }
        }
        return response
    }
}
