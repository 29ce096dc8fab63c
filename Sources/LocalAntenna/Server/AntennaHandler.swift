import HTTPServing
import JSON

/// Sends each request to the API, the image host or the status page.
struct AntennaHandler: Sendable {
    let core: AntennaCore

    func answer(_ request: ServerRequest) async throws -> ServerResponse {
        let path = request.path.split(separator: "/")
        switch path.first {
        case nil, "status"?:
            return request.wantsPage ? .page(200, "text/html", PackageResources.antenna_html) : .json(status())
        case "page.css"?: return .page(200, "text/css", PageParts.css)
        case "page.js"?: return .page(200, "text/javascript", PageParts.javaScript)
        case "antenna.js"?: return .page(200, "text/javascript", PackageResources.antenna_js)
        // Browsers ask for it unasked.
        case "favicon.ico"?: return .page(204, "image/x-icon", "")
        case "images"?: return try await ImageHandler(core: core).answer(request, path: path)
        case "api"? where path.dropFirst().first == "v2":
            return try await APIHandler(core: core).answer(request, path: Array(path.dropFirst(2)))
        default: return .rejection(APIRejection(status: 404, detail: "Not found."))
        }
    }

    /// Names and paths of the first images, for somebody who wants to see some.
    private var firstImages: [JSONValue] {
        core.images.first(12).map { ["name": .string($0.name), "path": .string($0.path)] }
    }

    /// Every job with its counts, and the traffic so far.
    private func status() -> JSONValue {
        let now = core.now()
        return core.withState { shared in
            shared.antenna.expire(now: now)
            let jobs = shared.antenna.jobs.map { job in
                let counts = LedgerCounts(job.ledger.records)
                return JSONValue.object([
                    "id": JSONValue(job.id), "name": .string(job.name), "status": .string(job.status),
                    "pipeline": job.pipelineSlug.map(JSONValue.string) ?? .null,
                    "tasks": JSONValue(counts.tasks), "pending": JSONValue(counts.pending),
                    "reserved": JSONValue(counts.reserved), "saved": JSONValue(counts.saved),
                    "errors": JSONValue(counts.savedErrors), "lost": JSONValue(counts.lost),
                    "stuck": JSONValue(counts.stuck), "redeliveries": JSONValue(counts.redeliveries),
                    "duplicates": JSONValue(counts.identicalDuplicates + counts.differingDuplicates),
                    "refused": JSONValue(counts.refused), "detections": JSONValue(counts.detections),
                ])
            }
            return [
                "jobs": .array(jobs),
                "api_calls": JSONValue(shared.traffic.apiCalls),
                "image_requests": JSONValue(shared.traffic.imageRequests),
                "image_requests_with_token": JSONValue(shared.traffic.imageRequestsWithToken),
                "injected_failures": JSONValue(shared.traffic.injectedFailures),
                "needs_token": .bool(core.configuration.token != nil),
                "image_count": JSONValue(core.images.count), "images": .array(firstImages),
            ]
        }
    }
}
