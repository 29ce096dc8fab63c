import HTTPServing

/// The REST contract: authentication, routes, and the answers' JSON.
struct APIHandler: Sendable {
    let core: AntennaCore

    private var dialect: LocalAntennaConfiguration.Dialect { core.configuration.dialect }

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
        guard request.path.hasSuffix("/") else { return missingSlash(request) }
        if let refusal = unauthorized(request) { return refusal }
        do {
            return try route(request, path: path)
        } catch let rejection as APIRejection {
            return .rejection(rejection)
        }
    }

    private func route(_ request: ServerRequest, path: [Substring]) throws -> ServerResponse {
        let number = path.count > 1 ? Int(path[1]) : nil
        switch (path.first, path.count > 2 ? path[2] : nil, path.count) {
        case ("jobs", nil, 1):
            return request.method == "GET" ? .json(jobs(request)) : Self.methodNotAllowed(request)
        case ("jobs", "tasks", 3):
            return try tasks(request, job: number)
        case ("jobs", "result", 3):
            return request.method == "POST" ? try result(request, job: number) : Self.methodNotAllowed(request)
        case ("projects", nil, 1):
            return request.method == "GET" ? .json(projects()) : Self.methodNotAllowed(request)
        case ("projects", "pipelines", 3) where request.method == "POST":
            return try register(request, project: number)
        default:
            throw APIRejection(status: 404, detail: "Not found.")
        }
    }

    // MARK: Tasks

    private func tasks(_ request: ServerRequest, job: Int?) throws -> ServerResponse {
        guard let job else { throw APIRejection.unknownJob }
        let count: Int
        switch (dialect, request.method) {
        case (.current, "POST"):
            let body = try Self.body(request)
            guard let size = body["batch_size"]?.int else {
                throw APIRejection.badRequest("batch_size: a valid integer is required")
            }
            note(client: body["client_info"])
            count = size
        case (.legacy, "GET"):
            guard let batch = request.queryValue("batch"), let size = Int(batch) else {
                throw APIRejection.badRequest("batch: a valid integer is required")
            }
            if let name = request.queryValue("processing_service_name") { note(client: .string(name)) }
            count = size
        default:
            return Self.methodNotAllowed(request)
        }
        let now = core.now()
        let reserved = try core.withState { shared throws(APIRejection) in
            let reserved = try shared.antenna.reserve(job: job, count: count, now: now)
            shared.traffic.mostReserved = max(shared.traffic.mostReserved, shared.antenna.counts().reserved)
            return reserved
        }
        let root = core.configuration.publicURL ?? "http://\(request.host ?? "127.0.0.1")"
        return .json(["tasks": JSONValue(reserved.map { task in json(task, root: root) })])
    }

    private func json(_ task: TaskRecord, root: String) -> JSONValue {
        let address =
            if case .address(let address)? = core.images.source(task.imageID) {
                address
            } else {
                root + core.images.path(task.imageID)
            }
        return [
            "id": .string("\(task.id)"),
            "image_id": .string("\(task.imageID)"),
            "image_url": .string(address),
            "reply_subject": .string(task.replySubject),
            "config": nil,
            "detections": nil,
        ]
    }

    // MARK: Results

    private func result(_ request: ServerRequest, job: Int?) throws -> ServerResponse {
        guard let job else { throw APIRejection.unknownJob }
        let results: [SubmittedResult]
        do throws(APIRejection) {
            results = try Self.results(in: try Self.body(request), dialect: dialect)
        } catch {
            core.withState { $0.traffic.malformedPosts += 1 }
            throw error
        }
        let now = core.now()
        let (receipts, lostAnswer) = try core.withState { shared throws(APIRejection) in
            let receipts = try shared.antenna.submit(job: job, results: results, now: now)
            let lostAnswer = shared.faults.nextPost()
            if lostAnswer != nil { shared.traffic.lostPosts += 1 }
            return (receipts, lostAnswer)
        }
        for saved in receipts.compactMap(\.saved) {
            guard let onResult = core.onResult, let image = core.images.source(saved.task.imageID) else { continue }
            onResult(AcceptedResult(task: saved.task, image: image, result: saved.result))
        }
        let answer = Self.acknowledgement(receipts, job: job)
        return switch lostAnswer {
        case nil: .json(answer)
        case .connectionClosed?: .hangUp
        case .halfABody?: .interrupted(answer.encoded, type: "application/json")
        case .internalError?: ServerResponse(APIFault.internalError)
        }
    }

    private static func results(
        in body: JSONValue,
        dialect: LocalAntennaConfiguration.Dialect
    ) throws(APIRejection) -> [SubmittedResult] {
        let list = dialect == .current ? body["results"]?.elements : body.elements
        guard let list else { throw .badRequest("results: a list is required") }
        var results: [SubmittedResult] = []
        for (index, item) in list.enumerated() {
            do throws(APIRejection) {
                results.append(try SubmittedResult(json: item))
            } catch {
                throw .badRequest("results.\(index).\(error.detail)")
            }
        }
        return results
    }

    private static func acknowledgement(_ receipts: [AntennaState.Receipt], job: Int) -> JSONValue {
        [
            "status": "accepted",
            "job_id": JSONValue(job),
            "results_queued": JSONValue(receipts.count),
            "tasks": JSONValue(
                receipts.map { receipt in
                    [
                        "reply_subject": .string(receipt.replySubject),
                        "status": "queued",
                        "task_id": .string("save-\(receipt.replySubject)"),
                    ]
                }
            ),
        ]
    }

    // MARK: Requests

    /// Reads the body as JSON.
    static func body(_ request: ServerRequest) throws(APIRejection) -> JSONValue {
        do {
            return try JSONValue(parsing: request.body)
        } catch {
            throw .badRequest("\(error)")
        }
    }

    private func note(client: JSONValue?) {
        let name = client?.string ?? client?["name"]?.string ?? client?["hostname"]?.string
        if let name { core.withState { _ = $0.traffic.clients.insert(name) } }
    }

    /// GET follows a redirect to the address with a slash; a POST loses its body on the way and fails.
    private func missingSlash(_ request: ServerRequest) -> ServerResponse {
        guard request.method == "GET" else {
            return .json(["detail": "RuntimeError: the address of a POST must end in a slash"], status: 500)
        }
        return .redirect(to: request.path + "/" + request.target.dropFirst(request.path.count), status: 301)
    }

    private func unauthorized(_ request: ServerRequest) -> ServerResponse? {
        guard let token = core.configuration.token else { return nil }
        let header = request.header("Authorization") ?? ""
        guard header != "Token \(token)" else { return nil }
        core.withState { $0.traffic.unauthorizedCalls += 1 }
        if let powerless = core.configuration.powerlessToken, header == "Token \(powerless)" {
            return .json(["detail": "You do not have permission to perform this action."], status: 403)
        }
        let detail: JSONValue =
            header.hasPrefix("Token ") ? "Invalid token." : "Authentication credentials were not provided."
        return .json(["detail": detail], status: 401, headers: [("WWW-Authenticate", "Token")])
    }

    private static func methodNotAllowed(_ request: ServerRequest) -> ServerResponse {
        .json(["detail": .string("Method \"\(request.method)\" not allowed.")], status: 405)
    }
}
