import JSON
import Synchronization
import TestSupport
import Testing

@testable import LocalAntenna

@Suite("The local Antenna is the real one's twin", .timeLimit(.minutes(5)))
struct ConformanceTests {
    private static let json = "Content-Type: application/json"
    private static let token = "Authorization: Token secret"
    private static let one = #"{"batch_size":1}"#

    // MARK: Who may call

    static let rights: [RecordedCall] = [
        RecordedCall("GET", "/jobs/", headers: [], 200, .equals("count", 2)),
        RecordedCall("GET", "/jobs/", headers: ["Authorization: Bearer secret"], 200),
        RecordedCall("GET", "/projects/", headers: [], 200),
        RecordedCall("GET", "/jobs/", headers: ["Authorization: token secret"], 200),
        RecordedCall("GET", "/jobs/", headers: ["Authorization: TOKEN secret"], 200),
        RecordedCall(
            "GET",
            "/jobs/",
            headers: ["Authorization: Token wrong"],
            401,
            .equals("detail", "Invalid token.")
        ),
        RecordedCall("GET", "/jobs/", headers: ["Authorization: Token"], 401, .header("www-authenticate", "Token")),
        RecordedCall("GET", "/jobs/", headers: ["Authorization: Token secret and more"], 401),
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            one,
            headers: [json],
            401,
            .equals("detail", "Authentication credentials were not provided.")
        ),
        RecordedCall("POST", "/jobs/1/tasks/", one, headers: ["Authorization: Bearer secret", json], 401),
        RecordedCall("POST", "/jobs/1/tasks/", one, headers: ["Authorization: token secret", json], 200),
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            one,
            headers: ["Authorization: Token reader", json],
            403,
            .equals("detail", "You do not have permission to perform this action.")
        ),
        RecordedCall("POST", "/jobs/1/result/", "{}", headers: ["Authorization: Token reader", json], 403),
        RecordedCall("POST", "/projects/1/pipelines/", "{}", headers: ["Authorization: Token reader", json], 403),
        RecordedCall("POST", "/projects/1/pipelines/", "{}", headers: [json], 401),
        // Per job, and before anybody looks at the body.
        RecordedCall("POST", "/jobs/2/tasks/", one, 403),
        RecordedCall("POST", "/jobs/2/tasks/", "rubbish", 403),
        RecordedCall("POST", "/jobs/2/result/", "{}", 403),
        RecordedCall("POST", "/projects/2/pipelines/", "{}", 403),
        RecordedCall("GET", "/projects/2/pipelines/", 200),
        RecordedCall("GET", "/users/me/", 200, .has("id"), .has("email")),
        RecordedCall("GET", "/users/me/", headers: [], 401),
    ]

    // MARK: Lists

    static let lists: [RecordedCall] = [
        RecordedCall(
            "GET",
            "/jobs/?ids_only=1&limit=10&incomplete_only=1&dispatch_mode=async_api&pipeline__slug__in=demo",
            200,
            .equals("count", 2),
            .equals("next", nil),
            .equals("results.0.user_permissions", .array(["tasks", "result"])),
            .equals("results.1.user_permissions", .array([])),
            .has("user_permissions")
        ),
        RecordedCall("GET", "/jobs/?ids_only=1&limit=1", 200, .has("next"), .equals("results.0.id", 1)),
        RecordedCall("GET", "/jobs/?dispatch_mode=sync_api", 200, .equals("count", 0)),
        RecordedCall("GET", "/jobs/?dispatch_mode=pigeon", 400, .has("dispatch_mode.0")),
        RecordedCall("GET", "/jobs/?project_id=abc", 400, .has("project_id.0")),
        RecordedCall("GET", "/jobs/?project_id=999", 200, .equals("count", 2)),
        RecordedCall("GET", "/jobs/?project_id=2", 200, .equals("count", 1)),
        RecordedCall("GET", "/jobs/?pipeline__slug__in=none", 200, .equals("count", 0), .equals("results", .array([]))),
        RecordedCall("GET", "/jobs/?limit=x&offset=y", 200, .equals("count", 2)),
        RecordedCall("GET", "/jobs?limit=1", 301, .header("location", "/api/v2/jobs/?limit=1")),
        RecordedCall("POST", "/jobs/1/tasks", one, 301, .header("location", "/api/v2/jobs/1/tasks/")),
        RecordedCall(
            "GET",
            "/jobs/1/",
            200,
            .equals("status", "STARTED"),
            .equals("project.id", 1),
            .equals("progress.stages.0.key", "process"),
            .equals("progress.stages.0.params.1.value", 5),
            .equals("logs.stderr", .array([]))
        ),
        RecordedCall("GET", "/jobs/9/", 404, .equals("detail", "No Job matches the given query.")),
        RecordedCall("GET", "/jobs/x/", 404),
        RecordedCall("GET", "/projects/", 200, .equals("count", 2), .has("results.0.name")),
        RecordedCall("GET", "/projects/1/", 200, .equals("id", 1)),
        RecordedCall("GET", "/projects/9/", 404, .equals("detail", "No Project matches the given query.")),
        RecordedCall("GET", "/projects/9/pipelines/", 404),
        RecordedCall(
            "GET",
            "/projects/1/pipelines/",
            200,
            .equals("results.0.slug", "demo"),
            .has("results.0.enabled")
        ),
        RecordedCall("GET", "/ml/pipelines/", 200, .equals("count", 1)),
        RecordedCall("GET", "/ml/algorithms/", 200, .equals("count", 0)),
        RecordedCall("HEAD", "/jobs/", 200, .isEmpty), RecordedCall("HEAD", "/jobs/1/", 200, .isEmpty),
        RecordedCall("HEAD", "/projects/1/pipelines/", 200, .isEmpty), RecordedCall("HEAD", "/jobs/9/", 404, .isEmpty),
        RecordedCall("OPTIONS", "/jobs/", 200, .has("name"), .has("parses.0")),
        RecordedCall("OPTIONS", "/jobs/1/tasks/", 200), RecordedCall("OPTIONS", "/projects/1/pipelines/", 200),
        RecordedCall("OPTIONS", "/nothing/", 404), RecordedCall("DELETE", "/jobs/1/", 405),
        RecordedCall("PUT", "/jobs/1/tasks/", "{}", 405), RecordedCall("GET", "/jobs/1/result/", 405),
        RecordedCall("GET", "/nothing/", 404, .equals("detail", "Not found.")),
    ]

    // MARK: Tasks

    static let tasks: [RecordedCall] = [
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            #"{"batch_size":2,"client_info":{"hostname":"moth"}}"#,
            200,
            .equals("tasks.0.image_id", "1001"),
            .has("tasks.0.image_url"),
            .begins("tasks.1.reply_subject", "$JS.ACK.")
        ),
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            #"{"batch_size":"1"}"#,
            200,
            .has("tasks.0"),
            .equals("tasks.0.id", "1")
        ),
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            "batch_size=1",
            headers: [token, "Content-Type: application/x-www-form-urlencoded"],
            200,
            .has("tasks.0")
        ),
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            one,
            headers: [token, "Content-Type: application/json; charset=utf-8"],
            200
        ),
        RecordedCall(
            "POST",
            "/jobs/1/tasks/",
            one,
            headers: [token, "Content-Type: text/plain"],
            415,
            .begins("detail", "Unsupported media type")
        ),
        RecordedCall("POST", "/jobs/1/tasks/", "{}", 400, .equals("batch_size.0", "This field is required.")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":"x"}"#, 400, .has("batch_size.0")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":1.5}"#, 400, .has("batch_size.0")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":0}"#, 400, .has("batch_size.0")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":-9223372036854775808}"#, 400),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":9000000000000000000}"#, 200, .has("tasks.4")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":1e300}"#, 400),
        RecordedCall("POST", "/jobs/1/tasks/", "{", 400, .begins("detail", "JSON parse error")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":1,"client_info":"moth"}"#, 400, .has("client_info.0")),
        RecordedCall("POST", "/jobs/1/tasks/", #"{"batch_size":1,"client_info":[]}"#, 400, .has("client_info.0")),
        RecordedCall("POST", "/jobs/9/tasks/", one, 404),
        RecordedCall("GET", "/jobs/1/tasks/?batch=1", 405),
    ]

    @Test("each call gets its status, and its answer has what it has to have", arguments: rights + lists + tasks)
    func call(_ call: RecordedCall) async throws {
        try await Self.withTwin { client async throws in
            let answer = try await client.send(
                call.method,
                client.server.baseURL + call.path,
                headers: call.headers,
                body: Array(call.body.utf8)
            )
            #expect(answer.status == call.status, "\(String(decoding: answer.body, as: UTF8.self))")
            for expectation in call.expectations { try Self.check(answer, expectation) }
            #expect(answer.headers["content-security-policy"] != nil || answer.status == 301)
        }
    }

    // MARK: Results

    /// What is changed in a good result, and the status it gets then.
    static let results: [(path: String, value: JSONValue?, status: Int)] = [
        ("result.detections.0.classifications.0.scores", nil, 200),
        ("result.detections.0.classifications.0.logits", nil, 200),
        ("result.detections.0.classifications.0.logits", .some(nil), 200),
        ("result.detections.0.classifications.0.terminal", nil, 200), ("result.detections.0.classifications", nil, 200),
        ("result.detections.0.bbox", nil, 200), ("result.detections.0.bbox", .some(nil), 200),
        ("result.source_images.0.id", 1_001, 200), ("result.detections.0.source_image_id", 1_001, 200),
        ("result.algorithms", .array([]), 200), ("result.algorithms", nil, 200),
        ("result.detections.0.timestamp", 1_790_000_000.5, 200),
        ("result.detections.0.timestamp", "2026-11-23 10:00:00", 200),
        ("result.detections.0.timestamp", "2026-11-23T10:00:00Z", 200),
        ("result.detections.0.timestamp", "2024-02-29T10:00:00", 200),
        ("result.detections.0.timestamp", "2026-02-30T10:00:00", 400),
        ("result.detections.0.timestamp", "soon", 400), ("result.detections.0.timestamp", nil, 400),
        ("result.pipeline", nil, 400), ("result.total_time", nil, 400), ("result.source_images", nil, 400),
        ("result.detections", nil, 400), ("reply_subject", nil, 400), ("result", nil, 400),
        ("result.pipeline", "another", 200), ("result.source_images.0.id", "img-1", 200),
    ]

    @Test("a result is taken or refused as a whole, by its shape alone", arguments: results)
    func result(path: String, value: JSONValue?, status: Int) async throws {
        try await Self.withTwin { client async throws in
            _ = try await client.reserve(1)
            let item = ResultBuilder.success(client.server.records()[0]).replacing(path, with: value)
            let answer = try await client.submit(item)
            #expect(answer.status == status)
            let body = try answer.json()
            #expect(status == 200 ? body["results_queued"] == 1 : body["results"]?.elements?.first?.string != nil)
        }
    }

    @Test("client_info of another kind refuses the results, too")
    func clientInfo() async throws {
        try await Self.withTwin { client async throws in
            for (info, status) in [("moth" as JSONValue, 400), (.array([]), 400), (["hostname": "moth"], 200)] {
                let answer = try await client.post("/jobs/1/result/", ["results": .array([]), "client_info": info])
                #expect(answer.status == status, "\(info)")
            }
        }
    }

    @Test("what was silently not saved stands in the job's log, and its progress does not move")
    func silence() async throws {
        try await Self.withTwin { client async throws in
            _ = try await client.reserve(2)
            let records = client.server.records()
            let bad = ResultBuilder.success(records[0], pipeline: "another")
            #expect(try await client.submit(bad, ResultBuilder.success(records[1])).status == 200)
            let job = try await client.get("/jobs/1/").json()
            #expect(job.member(at: "progress.stages.0.params.0.value") == 1)
            #expect(job.member(at: "progress.stages.1.params.0.value") == 1)
            #expect(job.member(at: "logs.stderr.0")?.string?.contains("1001") == true)
        }
    }

    // MARK: Registration

    @Test("a registration is answered in full, and can be read back")
    func registration() async throws {
        try await Self.withTwin { client async throws in
            let answer = try await client.post("/projects/1/pipelines/", ResultBuilder.registration)
            #expect(answer.status == 201)
            let body = try answer.json()
            #expect(body["success"] == true && body["error"] == .null && body["timestamp"]?.string != nil)
            #expect(body["algorithms_created"]?.elements?.count == 2)
            #expect(body.member(at: "pipelines.0.slug") == "demo")
            let list = try await client.get("/projects/1/pipelines/").json()
            #expect(list["count"] == 1 && list.member(at: "results.0.enabled") == true)
            let algorithms = list.member(at: "results.0.algorithms")?.elements ?? []
            let keys = algorithms.compactMap { $0["key"]?.string }
            #expect(keys == [ResultBuilder.classifier, ResultBuilder.detector])
            #expect(algorithms.contains { $0["task_type"] == "localization" })
            let page = try await client.get("/ml/algorithms/?limit=1").json()
            #expect(page["count"] == 2 && page["next"]?.string?.contains("offset=1") == true)

            let changed = ResultBuilder.registration.replacing("pipelines.0.algorithms.1.version", with: 2)
            let crash = try await client.post("/projects/1/pipelines/", changed)
            #expect(crash.status == 500)
            try Self.check(crash, .isPage)
            let stages = ResultBuilder.registration.replacing("pipelines.0.stages", with: "none")
            #expect(try await client.post("/projects/1/pipelines/", stages).status == 400)
            for (stage, status) in [
                ([:] as JSONValue, 400), (["key": "a"], 400), (["key": "a", "name": "A"], 201),
                (["key": "a", "name": "A", "params": [["key": "b"]]], 400),
                (["key": "a", "name": "A", "params": [["key": "b", "name": "B"]]], 201),
            ] {
                let stages = ResultBuilder.registration.replacing("pipelines.0.stages", with: [stage])
                #expect(try await client.post("/projects/1/pipelines/", stages).status == status)
            }
        }
    }

    @Test("without trust in a job's pipeline nothing of it is saved before somebody registers it")
    func unregistered() async throws {
        try await Self.withTwin({ $0.trustsJobPipelines = false }) { client async throws in
            #expect(try await client.get("/projects/1/pipelines/").json()["count"] == 0)
            _ = try await client.reserve(1)
            let item = ResultBuilder.success(client.server.records()[0])
            #expect(try await client.submit(item).status == 200)
            #expect(client.server.counts().saved == 0 && client.server.counts().refused == 1)
            #expect(try await client.post("/projects/1/pipelines/", ResultBuilder.registration).status == 201)
            #expect(try await client.submit(item).status == 200)
            #expect(client.server.counts().saved == 1)
        }
    }

    // MARK: What goes wrong now and then

    @Test("a queue that is away makes the call for tasks long and vain")
    func queueAway() async throws {
        try await Self.withTwin({ configuration in
            configuration.faults.tasksDelay = .milliseconds(20)
            configuration.faults.isQueueAway = true
        }) { client async throws in
            #expect(try await client.post("/jobs/1/tasks/", ["batch_size": 1]).status == 503)
            #expect(client.server.counts().reserved == 0)
            client.server.setFaults(FaultSettings())
            #expect(try await client.reserve(1).count == 1)
        }
    }

    @Test("a call that its client gave up is served all the same, and its tasks are nobody's")
    func givenUp() async throws {
        try await Self.withTwin({ $0.faults.tasksDelay = .milliseconds(300) }) { client async throws in
            try client.sendAndLeave("POST", "/jobs/1/tasks/", body: Array(#"{"batch_size":2}"#.utf8))
            try await eventually { client.server.counts().reserved == 2 }
        }
    }

    @Test("a result is saved after its 200, and who listens hears of it then")
    func lag() async throws {
        let clock = TestTime()
        let saved = AsyncStream.makeStream(of: Int.self)
        try await Self.withTwin(
            { $0.faults.saveLag = .seconds(400) },
            now: { clock.now },
            onResult: { saved.continuation.yield($0.task.id) }
        ) { client async throws in
            _ = try await client.reserve(1)
            let item = ResultBuilder.success(client.server.records()[0])
            #expect(try await client.submit(item).status == 200)
            #expect(client.server.counts().saved == 0)
            clock.now = .seconds(300)
            #expect(try await client.reserve(1).first?["id"] == "1", "its lease has ended meanwhile")
            clock.now = .seconds(400)
            #expect(client.server.counts().saved == 1)
            var iterator = saved.stream.makeAsyncIterator()
            #expect(await iterator.next() == 1)
        }
    }

    // MARK: The twin

    /// Two jobs of five images: the first for everybody with the token, the second forbidden, with a project that is so, too.
    private static func withTwin(
        _ change: (inout LocalAntennaConfiguration) -> Void = { _ in },
        now: (@Sendable () -> Duration)? = nil,
        onResult: (@Sendable (AcceptedResult) -> Void)? = nil,
        _ body: (SmallClient) async throws -> Void
    ) async throws {
        try await withServer(
            { configuration in
                configuration.token = "secret"
                configuration.powerlessToken = "reader"
                var forbidden = configuration.jobs[0]
                forbidden.isForbidden = true
                forbidden.projectID = 2
                configuration.jobs.append(forbidden)
                var project = LocalAntennaConfiguration.Project(id: 2, name: "Somebody else's")
                project.isForbidden = true
                configuration.projects.append(project)
                change(&configuration)
            },
            now: now,
            onResult: onResult,
            body
        )
    }

    private static func check(_ answer: SmallClient.Answer, _ expectation: RecordedCall.Expectation) throws {
        let text = String(decoding: answer.body, as: UTF8.self)
        switch expectation {
        case .has(let path): #expect(try answer.json().member(at: path) != nil, "\(path) in \(text)")
        case .equals(let path, let value): #expect(try answer.json().member(at: path) == value, "\(path) in \(text)")
        case .begins(let path, let start):
            #expect(try answer.json().member(at: path)?.string?.hasPrefix(start) == true, "\(path) in \(text)")
        case .header(let name, let value): #expect(answer.headers[name] == value, "\(answer.headers)")
        case .isEmpty: #expect(answer.body.isEmpty)
        case .isPage:
            #expect(answer.headers["content-type"]?.hasPrefix("text/html") == true && text.contains("<h1>"))
        }
    }
}

/// A time that a test sets.
private final class TestTime: Sendable {
    private let time = Mutex(Duration.zero)

    var now: Duration {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}
