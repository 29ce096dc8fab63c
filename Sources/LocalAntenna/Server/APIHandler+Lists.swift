import Foundation
import HTTPServing

extension APIHandler {
    // MARK: Jobs

    /// The page of jobs that the query asks for.
    func jobs(_ request: ServerRequest) -> JSONValue {
        let query = JobQuery(request)
        let isBrief = request.flag("ids_only")
        let now = core.now()
        let page = core.withState { shared in
            shared.antenna.expire(now: now)
            var page = query.page(of: shared.antenna.jobs)
            if isBrief, query.limit == nil {
                // Without a limit the server spreads its workers: one job, drawn by lot.
                var everything = query
                everything.limit = .max
                let drawn = everything.page(of: shared.antenna.jobs).jobs.randomElement(using: &shared.chance)
                page.jobs = drawn.map { [$0] } ?? []
            }
            return page
        }
        return [
            "count": JSONValue(page.count),
            "next": Self.link(request, query, from: query.offset + page.jobs.count, count: page.count),
            "previous": query.offset == 0
                ? nil : Self.link(request, query, from: max(0, query.offset - query.pageLength), count: page.count),
            "results": JSONValue(page.jobs.map { isBrief ? Self.brief($0) : Self.full($0) }),
        ]
    }

    private static func brief(_ job: AntennaState.Job) -> JSONValue {
        ["id": JSONValue(job.id), "pipeline_slug": job.pipelineSlug.map(JSONValue.string) ?? .null]
    }

    private static func full(_ job: AntennaState.Job) -> JSONValue {
        [
            "id": JSONValue(job.id),
            "name": .string(job.name),
            "status": .string(job.status),
            "dispatch_mode": .string(job.dispatchMode.rawValue),
            "pipeline": job.pipelineSlug.map { ["slug": .string($0)] } ?? .null,
            "pipeline_slug": job.pipelineSlug.map(JSONValue.string) ?? .null,
        ]
    }

    private static func link(_ request: ServerRequest, _ query: JobQuery, from offset: Int, count: Int) -> JSONValue {
        guard offset < count else { return nil }
        let kept = request.query.filter { !["limit", "offset"].contains($0.name) }
            .map { URLQueryItem(name: $0.name, value: $0.value) }
        var components = URLComponents()
        components.queryItems =
            kept + [
                URLQueryItem(name: "limit", value: "\(query.pageLength)"),
                URLQueryItem(name: "offset", value: "\(offset)"),
            ]
        let host = request.host ?? "127.0.0.1"
        return .string("http://\(host)\(request.path)?\(components.percentEncodedQuery ?? "")")
    }

    // MARK: Projects

    /// All projects on one page.
    func projects() -> JSONValue {
        let projects = core.configuration.projects
        return [
            "count": JSONValue(projects.count),
            "next": nil,
            "previous": nil,
            "results": JSONValue(projects.map { ["id": JSONValue($0.id), "name": .string($0.name)] }),
        ]
    }

    /// Takes in the declaration of a worker's pipelines.
    func register(_ request: ServerRequest, project: Int?) throws -> ServerResponse {
        guard core.configuration.projects.contains(where: { $0.id == project }) else {
            throw APIRejection(status: 404, detail: "No Project matches the given query.")
        }
        let body = try Self.body(request)
        let (created, updated) = try core.withState { shared throws(APIRejection) in try shared.antenna.register(body) }
        var answer: [String: JSONValue] = ["pipelines_created": .array(created.map(JSONValue.string))]
        if core.configuration.dialect == .legacy {
            answer["pipelines_updated"] = .array(updated.map(JSONValue.string))
            answer["processing_service_id"] = 1
        }
        return .json(.object(answer), status: 201)
    }
}

extension JobQuery {
    fileprivate var pageLength: Int { limit ?? Self.defaultLimit }

    fileprivate init(_ request: ServerRequest) {
        if let slugs = request.queryValue("pipeline__slug__in") ?? request.queryValue("pipeline__slug"), !slugs.isEmpty
        {
            self.pipelineSlugs = Set(slugs.split(separator: ",").map(String.init))
        }
        self.isIncompleteOnly = request.flag("incomplete_only")
        self.dispatchMode = request.queryValue("dispatch_mode")
        self.limit = request.queryValue("limit").flatMap { Int($0) }.map { max(1, $0) }
        self.offset = max(0, request.queryValue("offset").flatMap { Int($0) } ?? 0)
    }
}

extension ServerRequest {
    fileprivate func flag(_ name: String) -> Bool {
        ["1", "true", "True"].contains(queryValue(name) ?? "")
    }
}
