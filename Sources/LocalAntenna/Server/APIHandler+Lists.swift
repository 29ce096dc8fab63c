import Foundation
import HTTPServing
import JSON

extension APIHandler {
    // MARK: Jobs

    /// The page of jobs that the query asks for.
    func jobs(_ request: ServerRequest) throws(APIRejection) -> JSONValue {
        let query = try jobQuery(request)
        let isBrief = request.flag("ids_only")
        let now = core.now()
        let page = core.withState { shared in
            var query = query
            query.hidesFailing = shared.faults.settings.hidesFailingJobs
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
        var answer = Self.list(page.jobs.map { isBrief ? Self.brief($0) : .object(Self.full($0)) }, count: page.count)
        answer["next"] = Self.link(request, query, from: query.offset + page.jobs.count, count: page.count)
        if query.offset > 0 {
            let start = max(0, query.offset - query.pageLength)
            answer["previous"] = Self.link(request, query, from: start, count: page.count)
        }
        return .object(answer)
    }

    private func jobQuery(_ request: ServerRequest) throws(APIRejection) -> JobQuery {
        var query = JobQuery()
        if let slugs = request.queryValue("pipeline__slug__in") ?? request.queryValue("pipeline__slug"), !slugs.isEmpty
        {
            query.pipelineSlugs = Set(slugs.split(separator: ",").map(String.init))
        }
        query.isIncompleteOnly = request.flag("incomplete_only")
        if let mode = request.queryValue("dispatch_mode"), !mode.isEmpty {
            guard AntennaState.DispatchMode(rawValue: mode) != nil else {
                throw .badRequest("\(mode) is not one of the available choices.", field: "dispatch_mode")
            }
            query.dispatchMode = mode
        }
        if let project = request.queryValue("project_id"), !project.isEmpty {
            guard let number = Int(project) else {
                throw .badRequest("A valid integer is required.", field: "project_id")
            }
            // One that there is not is not looked at.
            query.projectID = core.configuration.projects.contains { $0.id == number } ? number : nil
        }
        query.limit = request.queryNumber("limit").map { max(1, $0) }
        query.offset = max(0, request.queryNumber("offset") ?? 0)
        return query
    }

    /// A job with its progress and its log.
    func job(_ id: Int?) throws(APIRejection) -> JSONValue {
        let now = core.now()
        // Within the lock: a copy of a job that lives on would be copied whole at the next change.
        let members = core.withState { shared in
            shared.antenna.expire(now: now)
            return shared.antenna.jobs.first { $0.id == id }.map { detail($0) }
        }
        guard let members else { throw .unknownJob }
        return .object(members)
    }

    private func detail(_ job: AntennaState.Job) -> JSONObject {
        var members = Self.full(job)
        let project = core.configuration.projects.first { $0.id == job.projectID }
        members["project"] = ["id": JSONValue(job.projectID), "name": .string(project?.name ?? "")]
        members["progress"] = Self.progress(of: job)
        let problems = job.ledger.records.flatMap { task in
            task.refusals.map { JSONValue.string("Image \(task.imageID): the result was not saved (\($0))") }
        }
        members["logs"] = ["stdout": .array([]), "stderr": .array(problems.suffix(100).reversed())]
        return members
    }

    private static func progress(of job: AntennaState.Job) -> JSONValue {
        let counts = LedgerCounts(job.ledger.records)
        let done = counts.saved + counts.lost
        let share = counts.tasks > 0 ? Double(done) / Double(counts.tasks) : 1
        let stage = { (key: String, params: [(String, Int)]) -> JSONValue in
            [
                "key": .string(key), "name": .string(key.capitalized), "progress": .number(share),
                "status": .string(job.status),
                "params": .array(params.map { ["key": .string($0), "name": .string($0), "value": JSONValue($1)] }),
            ]
        }
        return [
            "summary": ["progress": .number(share), "status": .string(job.status)],
            "stages": [
                stage(
                    "process",
                    [
                        ("processed", done), ("remaining", counts.tasks - done),
                        ("failed", counts.savedErrors + counts.lost),
                    ]
                ),
                stage("results", [("captures", counts.saved), ("detections", counts.detections)]),
            ],
            "errors": .array([]),
        ]
    }

    private static func brief(_ job: AntennaState.Job) -> JSONValue {
        [
            "id": JSONValue(job.id),
            "pipeline_slug": job.pipelineSlug.map(JSONValue.string) ?? .null,
            "user_permissions": permissions(job),
        ]
    }

    private static func full(_ job: AntennaState.Job) -> JSONObject {
        [
            "id": JSONValue(job.id),
            "name": .string(job.name),
            "status": .string(job.status),
            "dispatch_mode": .string(job.dispatchMode.rawValue),
            "pipeline": job.pipelineSlug.map { ["slug": .string($0)] } ?? .null,
            "pipeline_slug": job.pipelineSlug.map(JSONValue.string) ?? .null,
            "user_permissions": permissions(job),
        ]
    }

    private static func permissions(_ job: AntennaState.Job) -> JSONValue {
        .array(job.isForbidden ? [] : ["tasks", "result"])
    }

    // MARK: Pages

    /// The members that every list has.
    static func list(_ results: [JSONValue], count: Int) -> JSONObject {
        [
            "count": JSONValue(count), "next": nil, "previous": nil, "results": .array(results),
            "user_permissions": .array([]),
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
}

extension JobQuery {
    fileprivate var pageLength: Int { limit ?? Self.defaultLimit }
}
