import HTTPServing
import JSON

/// Sends each request to the API, the image host or the status page.
struct AntennaHandler: Sendable {
    let core: AntennaCore

    func answer(_ request: ServerRequest) async throws -> ServerResponse {
        let path = request.path.split(separator: "/")
        switch path.first {
        case "images"?: return try await ImageHandler(core: core).answer(request, path: path)
        case "status"?: return .json(status())
        case "api"? where path.dropFirst().first == "v2":
            return try await APIHandler(core: core).answer(request, path: Array(path.dropFirst(2)))
        default: return .rejection(APIRejection(status: 404, detail: "Not found."))
        }
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
            ]
        }
    }
}
