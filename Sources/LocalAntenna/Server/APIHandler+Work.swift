import HTTPServing
import JSON

extension APIHandler {
    // MARK: Tasks

    /// Hands out tasks of a job.
    func tasks(_ request: ServerRequest, job: Int?) async throws -> ServerResponse {
        guard let job else { throw APIRejection.unknownJob }
        let count: Int
        switch (dialect, request.method) {
        case (.current, "POST"):
            let body = try request.value()
            guard let wanted = body["batch_size"] else {
                throw APIRejection.badRequest("This field is required.", field: "batch_size")
            }
            guard let size = wanted.lenientInt else {
                throw APIRejection.badRequest("A valid integer is required.", field: "batch_size")
            }
            note(client: try body.clientInfo())
            count = size
        case (.legacy, "GET"):
            guard let size = request.queryNumber("batch") else {
                throw APIRejection.badRequest("A valid integer is required.", field: "batch")
            }
            if let name = request.queryValue("processing_service_name") { note(client: .string(name)) }
            count = size
        default:
            return Self.methodNotAllowed(request)
        }
        // Goes on although the client may have gone: what it reserves is nobody's then.
        let faults = core.withState(\.faults.settings)
        if faults.tasksDelay > .zero { try await Task.sleep(for: faults.tasksDelay) }
        guard !faults.isQueueAway else { throw APIRejection.queueAway }
        let now = core.now()
        let (reserved, config) = try core.withState { shared throws(APIRejection) in
            let reserved = try shared.antenna.reserve(job: job, count: count, now: now)
            shared.traffic.mostReserved = max(shared.traffic.mostReserved, shared.antenna.counts().reserved)
            return (reserved, shared.antenna.jobs.first { $0.id == job }?.config)
        }
        let root = core.configuration.publicURL ?? "http://\(request.host ?? "127.0.0.1")"
        return .json(["tasks": .array(reserved.map { task in json(task, config, root: root) })])
    }

    private func json(_ task: TaskRecord, _ config: JSONValue?, root: String) -> JSONValue {
        let source = core.images.source(task.imageID)
        let address = if case .address(let address)? = source { address } else { root + core.images.path(task.imageID) }
        return [
            "id": .string("\(task.id)"),
            "image_id": .string("\(task.imageID)"),
            "image_url": .string(address),
            "reply_subject": .string(task.replySubject),
            "config": config ?? nil,
            "detections": source.flatMap { core.configuration.detections[$0] }
                .map { Self.detections($0, of: task, at: address) } ?? nil,
        ]
    }

    /// The detections that a task comes with.
    private static func detections(_ json: JSONValue, of task: TaskRecord, at address: String) -> JSONValue {
        guard let elements = json.elements else { return json }
        let image: JSONValue = ["id": .string("\(task.imageID)"), "url": .string(address)]
        return .array(
            elements.map { element in
                guard var detection = element.object else { return element }
                detection["source_image"] = image
                return .object(detection)
            }
        )
    }

    // MARK: Results

    /// Takes results in, all of a call or none.
    func result(_ request: ServerRequest, job: Int?) throws -> ServerResponse {
        guard let job else { throw APIRejection.unknownJob }
        let results: [SubmittedResult]
        do throws(APIRejection) {
            let body = try request.value()
            if dialect == .current { note(client: try body.clientInfo()) }
            results = try Self.results(in: body, dialect: dialect)
        } catch {
            core.withState { $0.traffic.malformedPosts += 1 }
            throw error
        }
        let now = core.now()
        let (receipts, lostAnswer) = try core.withState { shared throws(APIRejection) in
            let lag = shared.faults.settings.saveLag
            let receipts = try shared.antenna.submit(job: job, results: results, lag: lag, now: now)
            let lostAnswer = shared.faults.nextPost()
            if lostAnswer != nil { shared.traffic.lostPosts += 1 }
            return (receipts, lostAnswer)
        }
        let answer = Self.acknowledgement(receipts, job: job)
        return switch lostAnswer {
        case nil: .json(answer)
        case .connectionClosed?: .hangUp
        case .halfABody?: .interrupted(answer.encoded(), type: "application/json")
        case .internalError?: ServerResponse(APIFault.internalError)
        }
    }

    private static func results(
        in body: JSONValue,
        dialect: LocalAntennaConfiguration.Dialect
    ) throws(APIRejection) -> [SubmittedResult] {
        let list = dialect == .current ? body["results"]?.elements : body.elements
        guard let list else { throw .badRequest("A list is required.", field: "results") }
        var results: [SubmittedResult] = []
        for (index, item) in list.enumerated() {
            do throws(APIRejection) {
                results.append(try SubmittedResult(json: item))
            } catch {
                throw .badRequest("\(index).\(error.detail)", field: "results")
            }
        }
        return results
    }

    private static func acknowledgement(_ receipts: [AntennaState.Receipt], job: Int) -> JSONValue {
        [
            "status": "accepted",
            "job_id": JSONValue(job),
            "results_queued": JSONValue(receipts.count),
            "tasks": .array(
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

    private func note(client: JSONValue?) {
        let name = client?.string ?? client?["name"]?.string ?? client?["hostname"]?.string
        if let name { core.withState { _ = $0.traffic.clients.insert(name) } }
    }
}
