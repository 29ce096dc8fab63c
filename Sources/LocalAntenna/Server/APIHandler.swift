import HTTPServing
import JSON

/// The REST contract: who may call, and what answers which call.
struct APIHandler: Sendable {
    let core: AntennaCore

    var dialect: LocalAntennaConfiguration.Dialect { core.configuration.dialect }

    /// Answers a call below `/api/v2`; `path` is what follows it.
    func answer(_ request: ServerRequest, path: [Substring]) async throws -> ServerResponse {
        let (fault, delay) = core.withState { shared in
            shared.traffic.apiCalls += 1
            let fault = shared.faults.nextCall()
            if fault != nil { shared.traffic.injectedFailures += 1 }
            return (fault, shared.faults.settings.latency)
        }
        if delay > .zero { try await Task.sleep(for: delay) }
        if let fault { return ServerResponse(fault) }
        guard request.path.hasSuffix("/") else {
            // A POST that follows it has become a GET without a body on the way.
            return .redirect(to: request.path + "/" + request.target.dropFirst(request.path.count), status: 301)
        }
        do {
            return try await route(request, path: path, try caller(request))
        } catch let rejection as APIRejection {
            if [401, 403].contains(rejection.status) {
                core.withState { $0.traffic.unauthorizedCalls += 1 }
            }
            return .rejection(rejection)
        }
    }

    private func route(
        _ request: ServerRequest,
        path: [Substring],
        _ caller: Caller
    ) async throws -> ServerResponse {
        let number = path.count > 1 ? Int(path[1]) : nil
        let method = request.method == "HEAD" ? "GET" : request.method
        if method == "OPTIONS", Self.places.contains(path.enumerated().map { $0.offset == 1 ? "*" : "\($0.element)" }) {
            return .json(Self.description)
        }
        switch (path.first, path.count > 2 ? path[2] : nil, path.count) {
        case ("jobs", nil, 1):
            return method == "GET" ? .json(try jobs(request)) : Self.methodNotAllowed(request)
        case ("jobs", nil, 2):
            return method == "GET" ? .json(try job(number)) : Self.methodNotAllowed(request)
        case ("jobs", "tasks", 3):
            try mayWork(on: number, caller)
            return try await tasks(request, job: number)
        case ("jobs", "result", 3):
            guard method == "POST" else { return Self.methodNotAllowed(request) }
            try mayWork(on: number, caller)
            return try result(request, job: number)
        case ("projects", nil, 1):
            return method == "GET" ? .json(projects()) : Self.methodNotAllowed(request)
        case ("projects", nil, 2):
            return method == "GET" ? .json(try project(number)) : Self.methodNotAllowed(request)
        case ("projects", "pipelines", 3) where method == "GET":
            return .json(pipelines(request, project: try project(number)["id"]?.int))
        case ("projects", "pipelines", 3) where method == "POST":
            return try register(request, project: number, caller)
        case ("ml", _, 2) where method == "GET" && path[1] == "pipelines":
            return .json(pipelines(request, project: nil))
        case ("ml", _, 2) where method == "GET" && path[1] == "algorithms":
            return .json(algorithms(request))
        case ("users", nil, 2) where method == "GET" && path[1] == "me":
            guard caller != .anonymous else { throw APIRejection.anonymous }
            return .json(["id": 1, "name": "Local worker", "email": "worker@localhost"])
        default:
            throw APIRejection(status: 404, detail: "Not found.")
        }
    }

    /// The places that say what they take; the second part of a path is whatever it is.
    private static let places: Set<[String]> = [
        ["jobs"], ["jobs", "*"], ["jobs", "*", "tasks"], ["jobs", "*", "result"], ["projects"], ["projects", "*"],
        ["projects", "*", "pipelines"], ["users", "*"], ["ml", "*"],
    ]

    private static let description: JSONValue = [
        "name": "Local Antenna", "description": "", "renders": ["application/json"],
        "parses": ["application/json", "application/x-www-form-urlencoded"],
    ]

    static func methodNotAllowed(_ request: ServerRequest) -> ServerResponse {
        .json(["detail": .string("Method \"\(request.method)\" not allowed.")], status: 405)
    }

    // MARK: Rights

    /// Who calls.
    enum Caller {
        /// Nobody who said so: may look at everything.
        case anonymous
        /// Somebody who may look, too, and nothing more.
        case powerless
        case worker
    }

    /// Whoever says nothing is nobody; a wrong token is an error wherever it is shown.
    private func caller(_ request: ServerRequest) throws(APIRejection) -> Caller {
        guard let token = core.configuration.token else { return .worker }
        let parts = (request.header("Authorization") ?? "").split(separator: " ")
        guard let scheme = parts.first, scheme.lowercased() == "token" else { return .anonymous }
        guard parts.count == 2 else { throw .invalidToken }
        if parts[1] == token { return .worker }
        if let powerless = core.configuration.powerlessToken, parts[1] == powerless { return .powerless }
        throw .invalidToken
    }

    /// Judges the right to a job before anybody looks at the call's body.
    private func mayWork(on job: Int?, _ caller: Caller) throws(APIRejection) {
        guard caller != .anonymous else { throw .anonymous }
        let isForbidden = core.withState { $0.antenna.jobs.first { $0.id == job }?.isForbidden }
        guard let isForbidden else { throw .unknownJob }
        guard caller == .worker, !isForbidden else { throw .forbidden }
    }
}
