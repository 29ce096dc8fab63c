import Concurrency
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna
@testable import Pipeline

/// Answers that are none of Antenna's: what a proxy, a cache, a firewall or the login of a network says in its place.
@Suite("Answers of others than Antenna", .timeLimit(.minutes(5)))
struct AntennaAnswerTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()

    private static func whole(_ status: String, _ headers: String = "", body: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    private static let page = "<html><title>Log in</title></html>"
    private static let isPage = "Content-Type: text/html\r\n"
    private static let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"

    private static let answers = [
        early, early + "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h9\r\nConnection: Upgrade\r\n\r\n",
        whole("200 OK"),
        whole("200 OK", isPage, body: page), whole("204 No Content"), whole("205 Reset Content"),
        whole("206 Partial Content", "Content-Range: bytes 0-24/99\r\n", body: #"{"results":[],"tasks":[]}"#),
        whole("300 Multiple Choices"), whole("302 Found"), whole("302 Found", "Location: /login\r\n"),
        whole("304 Not Modified", "ETag: \"1\"\r\n"), whole("305 Use Proxy"), whole("402 Payment Required"),
        whole("403 Forbidden", isPage, body: page), whole("406 Not Acceptable", isPage, body: page),
        whole("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n"), whole("409 Conflict"),
        whole("412 Precondition Failed"), whole("416 Range Not Satisfiable"), whole("418 I'm a teapot"),
        whole("421 Misdirected Request"), whole("426 Upgrade Required", "Upgrade: h9\r\n"),
        whole("451 Unavailable For Legal Reasons"), whole("499 Closed"), whole("503 No", isPage, body: page),
        whole("511 Network Authentication Required", isPage, body: page), whole("600 What"),
    ]

    /// What a call comes to that is answered with these bytes, after which the connection is closed.
    private func outcome(
        of answer: String,
        to method: HTTPRequest.Method
    ) async throws -> Result<AntennaAnswer, TransportError> {
        let server = try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(answer)
        }
        let request = AntennaRequest(
            method: method,
            url: "\(server.base)/api/v2/jobs/",
            headers: [:],
            body: method == .post ? Array("{}".utf8) : nil,
            timeout: .seconds(60),
            maximumResponseBytes: 1 << 20
        )
        let http = AntennaHTTP(client: try HTTPClient())
        do throws(TransportError) {
            return .success(try await http.answer(to: request))
        } catch {
            return .failure(error)
        }
    }

    @Test("A worker whose every first call is answered by somebody else ends its job all the same", arguments: answers)
    func goesOn(answer: String) async throws {
        let outcomes = [
            HTTPRequest.Method.get: try await outcome(of: answer, to: .get),
            .post: try await outcome(of: answer, to: .post),
        ]
        let seen = Mutex<Set<String>>([])
        let isPosted = Atomic(false)
        let server = ScriptedServer { request throws(TransportError) in
            let call = request.isJobs ? "jobs" : request.isTasks ? "tasks" : "result"
            if seen.withLock({ $0.insert(call).inserted }), let odd = outcomes[request.method] { return try odd.get() }
            if request.isJobs { return .jobs(1) }
            if request.isTasks { return isPosted.load(ordering: .relaxed) ? .noTasks : .tasks([7]) }
            isPosted.store(true, ordering: .relaxed)
            return .taken
        }
        let source = try await restSource(server, folder, clock: JumpingClock(), logger: log.logger) {
            $0.untilEmpty = true
        }
        let poster = try #require(source.poster as? ResultPoster)
        let posting = Task { await poster.run() }
        let running = Task { try await source.run() }
        while let lease = await source.next() {
            let result = EncodedResult(taskID: lease.task.id, json: Array(#"{"detections":[]}"#.utf8), isError: false)
            try await lease.settle(.completed(result))
            // Some take a 2xx without a word for the result's receipt.
            try await eventually { poster.statistics.posted.value > 0 }
            isPosted.store(true, ordering: .relaxed)
        }
        try await running.value
        poster.finish()
        await posting.value
        #expect(poster.statistics.posted.value > 0)
        #expect(poster.statistics.refused.value == 0)
        #expect(log.warnings.count { $0.contains("Asking Antenna failed") } <= 2, "once for each kind of call")
    }

    @Test("What is only said in between is no answer, and the answer counts")
    func inBetween() async throws {
        let answer = Self.early + Self.whole("200 OK", body: "{}")
        for method in [HTTPRequest.Method.get, .post] {
            let answer = try await outcome(of: answer, to: method).get()
            #expect(answer.status == 200 && answer.body == Array("{}".utf8))
        }
    }

    @Test(
        "An answer is told from one that Antenna would give",
        arguments: [
            (206, AntennaError.Code.foreignAnswer), (300, .foreignAnswer), (302, .foreignAnswer), (304, .foreignAnswer),
            (402, .foreignAnswer), (407, .foreignAnswer), (409, .foreignAnswer), (418, .foreignAnswer),
            (421, .foreignAnswer), (451, .foreignAnswer), (511, .foreignAnswer), (101, .foreignAnswer),
            (400, .refused), (413, .refused), (414, .refused), (415, .refused), (422, .refused), (431, .refused),
            (408, .unavailable), (425, .unavailable), (502, .unavailable), (600, .unavailable), (999, .unavailable),
        ]
    )
    func codes(_ status: Int, _ code: AntennaError.Code) throws {
        let answer = AntennaAnswer(status: status)
        #expect(answer.failure(of: .get) == code)
        let ofPost: AntennaError.Code = status == 300 || status == 302 ? .redirected : code
        #expect(answer.failure(of: .post) == ofPost)
    }

    @Test(arguments: [200, 201, 202, 203, 204, 205, 207]) func successes(_ status: Int) {
        #expect(AntennaAnswer(status: status).failure(of: .post) == nil)
        #expect(AntennaAnswer(status: status, body: Array(Self.page.utf8)).failure(of: .post) == .foreignAnswer)
    }

    @Test(
        "A result that somebody else turned down waits, and is not put aside as refused",
        arguments: [206, 304, 402, 406, 407, 409, 418, 421, 451, 511]
    )
    func isKept(_ status: Int) async throws {
        let server = ScriptedServer { _ in .json("blocked", status: status) }
        let spool = try await openSpool(folder)
        let clock = WaitClock(JumpingClock())
        let poster = ResultPoster(client: try makeClient(server), spool: spool, clock: clock, logger: quiet)
        try await poster.deliver(outgoing(1))
        #expect(ResultCounts(poster) == ResultCounts(spooled: 1))
        #expect(folder.files("refused").isEmpty)
    }

    @Test("A proxy that says 304 for hours is named once")
    func isNamedOnce() async throws {
        let listings = Atomic(0)
        let server = ScriptedServer { request in
            guard request.isJobs else { return .noTasks }
            return listings.add(1, ordering: .relaxed).newValue <= 50 ? .json("", status: 304) : .jobs(1)
        }
        let source = try await restSource(server, folder, clock: JumpingClock(), logger: log.logger) {
            $0.untilEmpty = true
        }
        try await source.run()
        let told = log.warnings.filter { $0.contains("Asking Antenna failed") }
        #expect(told.count == 1 && told.first?.contains("nothing with status 304") == true)
    }

    @Test("What a proxy says of a project or a job is asked again, not remembered")
    func isNotRemembered() async throws {
        let isAstray = Atomic(true)
        let server = ScriptedServer { request in
            if request.isJobs { return .jobs(1) }
            if isAstray.exchange(false, ordering: .relaxed) { return .json(Self.page) }
            if request.url.hasSuffix("/projects/9/") { return .json(#"{"detail":"No Project matches."}"#, status: 404) }
            return .noTasks
        }
        let source = try await restSource(server, folder, clock: JumpingClock()) {
            $0.projectID = 9
            $0.untilEmpty = true
        }
        await #expect { try await source.run() } throws: { "\($0)".contains("no project 9") }
        #expect(source.client.reachability.problem == nil)
    }
}
