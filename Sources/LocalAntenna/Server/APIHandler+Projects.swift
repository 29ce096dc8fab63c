import Foundation
import HTTPServing
import JSON

extension APIHandler {
    // MARK: Projects

    /// All projects on one page, those with which nothing may be registered included.
    func projects() -> JSONValue {
        let projects = core.configuration.projects.map { JSONValue(project: $0) }
        return .object(Self.list(projects, count: projects.count))
    }

    /// One project.
    func project(_ id: Int?) throws(APIRejection) -> JSONValue {
        guard let project = core.configuration.projects.first(where: { $0.id == id }) else {
            throw .unknownProject
        }
        return JSONValue(project: project)
    }

    // MARK: Pipelines

    /// A page of the pipelines of a project, or of all.
    func pipelines(_ request: ServerRequest, project: Int?) -> JSONValue {
        page(request, core.withState { $0.antenna.pipelines(project: project) }.map { Self.json($0) })
    }

    /// A page of the algorithms of all pipelines.
    func algorithms(_ request: ServerRequest) -> JSONValue {
        let known = core.withState(\.antenna.registry.algorithms)
        return page(request, known.sorted { $0.key < $1.key }.map { Self.json($0.key, $0.value) })
    }

    private func page(_ request: ServerRequest, _ all: [JSONValue]) -> JSONValue {
        let start = max(0, request.queryNumber("offset") ?? 0)
        let length = max(1, request.queryNumber("limit") ?? JobQuery.defaultLimit)
        var answer = Self.list(Array(all.dropFirst(start).prefix(length)), count: all.count)
        let (end, isBeyond) = start.addingReportingOverflow(length)
        if !isBeyond, end < all.count {
            answer["next"] = .string(
                "http://\(request.host ?? "127.0.0.1")\(request.path)?limit=\(length)&offset=\(end)"
            )
        }
        return .object(answer)
    }

    private static func json(_ pipeline: PipelineRegistry.Pipeline) -> JSONValue {
        var members: JSONObject = [
            "slug": .string(pipeline.slug), "name": .string(pipeline.name),
            "version": pipeline.version.map { JSONValue($0) } ?? .null,
            "enabled": true,
        ]
        if let algorithms = pipeline.algorithms {
            members["algorithms"] = .array(algorithms.sorted { $0.key < $1.key }.map { json($0.key, $0.value) })
        }
        return .object(members)
    }

    private static func json(_ key: String, _ algorithm: PipelineRegistry.Algorithm) -> JSONValue {
        [
            "key": .string(key), "name": .string(algorithm.name),
            "version": algorithm.version.map { JSONValue($0) } ?? .null,
            "task_type": algorithm.taskType.map(JSONValue.string) ?? .null,
            "category_count": algorithm.categoryCount.map { JSONValue($0) } ?? .null,
        ]
    }

    /// Takes in the declaration of a worker's pipelines.
    func register(_ request: ServerRequest, project id: Int?, _ caller: Caller) throws -> ServerResponse {
        guard caller != .anonymous else { throw APIRejection.anonymous }
        guard let project = core.configuration.projects.first(where: { $0.id == id }) else {
            throw APIRejection.unknownProject
        }
        guard caller == .worker, !project.isForbidden else { throw APIRejection.forbidden }
        let body = try request.value()
        let (outcome, pipelines) = try core.withState { shared throws(APIRejection) in
            let outcome = try shared.antenna.register(body, project: project.id)
            return (outcome, shared.antenna.registry.pipelines(project: project.id))
        }
        let touched = Set(outcome.created + outcome.updated)
        var answer: JSONObject = [
            "timestamp": .string(Date().ISO8601Format()),
            "success": true,
            "error": nil,
            "pipelines": .array(pipelines.filter { touched.contains($0.slug) }.map { Self.json($0) }),
            // The server's own mixture.
            "pipelines_created": .array((outcome.created + outcome.algorithms).map(JSONValue.string)),
            "algorithms_created": .array(outcome.algorithms.map(JSONValue.string)),
        ]
        if dialect == .legacy {
            answer["pipelines_updated"] = .array(outcome.updated.map(JSONValue.string))
            answer["processing_service_id"] = 1
        }
        return .json(.object(answer), status: 201)
    }
}

extension JSONValue {
    fileprivate init(project: LocalAntennaConfiguration.Project) {
        self = ["id": JSONValue(project.id), "name": .string(project.name)]
    }
}
