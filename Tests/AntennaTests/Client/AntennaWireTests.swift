import Foundation
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna
@testable import Pipeline

@Suite("Answers of Antenna, and of what stands in for it")
struct AntennaWireTests {
    private let job = AntennaJob(id: 1, pipeline: "moths")

    private func reservation(_ body: String) async throws -> AntennaReservation {
        let server = ScriptedServer { _ in .json(body) }
        return try await makeClient(server).reserve(job: job, count: 24)
    }

    private func task(_ id: String, url: String = #""http://i/1""#, subject: String = "s", more: String = "") -> String
    {
        #"{"id":\#(id),"image_id":"5","image_url":\#(url),"reply_subject":"\#(subject)"\#(more)}"#
    }

    @Test("A task with an address of 9 MB costs only itself: it is answered, and the others are done")
    func longAddress() async throws {
        let url = "\"http://i/\(String(repeating: "a", count: 9 << 20))\""
        let found = try await reservation(#"{"tasks":[\#(task("1")),\#(task("2", url: url)),\#(task("3"))]}"#)
        #expect(found.tasks.map(\.id) == ["1", "2", "3"])
        #expect(found.unanswerable == 0)
        #expect(found.tasks[1].imageURL.utf8.count <= HTTPURLBounds.cut)
        let fetcher = ImageFetcher(client: try HTTPClient(), policy: .api, retries: RetryPolicy(maximumAttempts: 1))
        let failure = await #expect(throws: TaskFailure.self) { _ = try await fetcher.fetch(found.tasks[1].imageURL) }
        #expect(failure?.message.contains("longer than the 65536 bytes that are tried") == true)
    }

    @Test(
        "Ids and subjects that are too long, or numbers that are none, leave the others alone",
        arguments: [
            "9223372036854775808", "1e400", "-1e400", "NaN", "null", "[]", "{}", "true", "1.5", "\"\"",
            "\"\(String(repeating: "9", count: 256))\"", #""\ud800""#,
        ]
    )
    func ids(_ id: String) async throws {
        let found = try await reservation(#"{"tasks":[\#(task(id)),\#(task("7"))]}"#)
        #expect(found.tasks.map(\.id) == ["7"])
        #expect(found.unanswerable == 1)
        let subject = String(repeating: "s", count: 4_097)
        #expect(try await reservation(#"{"tasks":[\#(task("1", subject: subject))]}"#).unanswerable == 1)
    }

    @Test("Detections come with their task; of another image, or too many, they refuse it alone")
    func detections() async throws {
        let algorithm = #""algorithm":{"name":"B","key":"b"}"#
        let box = #"{"source_image":{"id":"5","url":"u"},"bbox":{"x1":1,"y1":2,"x2":3,"y2":NaN},\#(algorithm)}"#
        let other = #"{"source_image":{"id":"6","url":"u"},\#(algorithm)}"#
        let many = Array(repeating: box, count: 10_001).joined(separator: ",")
        let lists = ["[\(box)]", "[\(other)]", "[\(many)]", "null", "[]"]
        let tasks = lists.enumerated().map { task("\($0)", more: ",\"detections\":\($1)") }
        let found = try await reservation(#"{"tasks":[\#(tasks.joined(separator: ","))]}"#).tasks.map(\.detections)
        #expect(
            found == [
                .boxes([GivenDetection(box: nil, algorithm: GivenDetection.Algorithm(name: "B", key: "b"))]),
                .refused("detections[0] is of another image than the task"),
                .refused("The task has 10001 detections where 10000 are allowed"), nil, nil,
            ]
        )
    }

    @Test("A configuration comes with its task; one that asks for what cannot be refuses it alone")
    func configuration() async throws {
        let configs = [#"{"top_k":3}"#, #"{"top_k":"3"}"#, "null", "{}", "7"]
        let tasks = configs.enumerated().map { task("\($0)", more: ",\"config\":\($1)") } + [task("5")]
        let found = try await reservation(#"{"tasks":[\#(tasks.joined(separator: ","))]}"#).tasks
        #expect(found.map(\.options?.topScores) == [3, nil, nil, nil, nil, nil])
        let wrong = "config.top_k is a string, not a whole number"
        #expect(found.map(\.refusal) == [nil, wrong, nil, nil, "config is no object", nil])
        #expect(found.map { $0.configuration == nil } == [false, false, true, true, false, true])
    }

    @Test(
        "What Python writes and JSON does not know costs only the member it is in",
        arguments: [#","config":{"threshold":NaN}"#, #","x":-Infinity"#, #","x":[NaN,{"y":Infinity}]"#]
    )
    func nonNumbers(_ more: String) async throws {
        let found = try await reservation(#"{"tasks":[\#(task("1", more: more)),\#(task("2"))],"total":NaN}"#)
        #expect(found.tasks.map(\.id) == ["1", "2"])
        let noURL = try await reservation(#"{"tasks":[\#(task("1", url: "NaN"))]}"#)
        #expect(noURL.tasks.map(\.imageURL) == [""])
    }

    @Test("An element that is broken inside, or nested without an end, costs only itself")
    func brokenElements() async throws {
        let deep =
            #"{"id":"9","x":"# + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}"
        let found = try await reservation(
            #"{"tasks":[\#(task("1")),\#(deep),{"id":},{"id" 1},"\x",\#(task("2")),\#(task("3", more: #","id":"4""#))]}"#
        )
        #expect(found.tasks.map(\.id).prefix(2) == ["1", "2"])
        #expect(found.unanswerable == 4)
    }

    @Test("A list of a million elements is read up to a bound, and the rest counted")
    func million() async throws {
        let tasks = Array(repeating: "{}", count: 999_999).joined(separator: ",")
        let found = try await reservation(#"{"tasks":[\#(task("1")),\#(tasks)]}"#)
        #expect(found.tasks.map(\.id) == ["1"])
        #expect(found.unanswerable == 999_999)
        let jobs = (1...1_000_000).map { #"{"id":\#($0)}"# }.joined(separator: ",")
        let server = ScriptedServer { _ in .json(#"{"results":[\#(jobs)]}"#) }
        #expect(try await makeClient(server).jobs(pipelines: ["moths"], limit: 100).count == AntennaWire.mostElements)
    }

    @Test(
        "A login page of the network is no answer, whatever is asked",
        arguments: [
            ("text/html", "Welcome"), ("application/xhtml+xml", ""), ("", " \r\n<!DOCTYPE html><title>\u{1B}[2J"),
        ]
    )
    func webPage(_ type: String, _ body: String) async throws {
        let server = ScriptedServer { _ in AntennaAnswer(status: 200, contentType: type, body: Array(body.utf8)) }
        let client = try makeClient(server)
        for attempt: @Sendable () async throws -> Void in [
            { _ = try await client.jobs(pipelines: ["moths"], limit: 1) },
            { _ = try await client.reserve(job: AntennaJob(id: 1, pipeline: "moths"), count: 1) },
            { _ = try await client.post(outgoing(1)) }, { _ = try await client.projects() },
            { _ = try await client.register(pipelines: Array("[]".utf8), projectID: 1) },
        ] {
            let error = await #expect(throws: AntennaError.self) { try await attempt() }
            #expect(error?.code == .foreignAnswer)
            #expect(error?.isRetriable == true)
            #expect(error?.message.contains("is a web page") == true)
            #expect(error?.message.contains("\u{1B}") == false)
            #expect(client.reachability.problem == error?.message)
        }
    }

    @Test(
        "Where the network leads astray a worker does not end",
        arguments: ["file:///etc/passwd", "http://169.254.169.254/", "http://[x/"]
    )
    func redirectedAway(_ location: String) async throws {
        let server = try RawHTTPServer { connection in
            while connection.readRequest() != nil {
                connection.answer("302 Found", headers: "Location: \(location)\r\n")
            }
        }
        var settings = RESTSourceSettings.usual
        settings.baseURL = server.base
        let client = try settings.makeClient(http: AntennaHTTP(client: try HTTPClient()))
        let error = await #expect(throws: AntennaError.self) { try await client.jobs(pipelines: ["moths"], limit: 1) }
        let failure = try #require(error)
        #expect(failure.isRetriable)
        #expect(failure.message.hasPrefix("redirected to "))
        var planner = ReservationPlanner(limits: settings.plannerLimits, generator: SeededGenerator(seed: 1))
        #expect(planner.failed(failure, job: nil, now: .zero) == .retried)
    }

    @Test("A hundred thousand faulty answers: no trap, and every task can be answered")
    func fuzzed() async {
        let examples = [
            #"{"tasks":[{"id":"1","image_id":2,"image_url":"http://i/1","reply_subject":"s","config":{"t":NaN}},{"id":3}],"next":1}"#,
            #"{"count":1,"next":"http://a/?offset=1","results":[{"id":1,"pipeline_slug":"moths"},{"id":"2"}]}"#,
            #"{"status":"accepted","tasks":[{"reply_subject":"s","status":"rejected"}]}"#,
        ]
        let words = ["\"id\":", "NaN", "[", "{", "\\u0000", "\"tasks\":", "9223372036854775808"].map { Array($0.utf8) }
        await aside {
            for bytes in FuzzInputs(of: examples.map { Array($0.utf8) }, words: words, longest: 300, seed: 31) {
                if let list = AntennaWire.read(list: "tasks", of: AntennaWire.Task.self, from: bytes) {
                    let found = AntennaReservation(list, job: job)
                    #expect(
                        found.tasks.allSatisfy { !$0.id.isEmpty && !$0.imageID.isEmpty && !$0.replySubject.isEmpty }
                    )
                    #expect(found.tasks.count + found.unanswerable == list.elements.count)
                }
                _ = AntennaWire.read(list: "results", of: AntennaWire.Job.self, from: bytes, isBareTaken: true)
                _ = AntennaWire.read(list: "tasks", of: AntennaWire.TaskReceipt.self, from: bytes)
            }
        }
    }
}

private enum HTTPURLBounds {
    static let cut = HTTPURL.maximumBytes + 1
}
