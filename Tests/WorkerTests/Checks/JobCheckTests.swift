import Antenna
import Foundation
import Settings
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport
import WorkerTestSupport

@testable import Worker

/// An Antenna of one job that is well, but for what the test says.
private final class ScriptedAntenna: HTTPExecuting {
    typealias Handler = @Sendable (AntennaRequest) async throws(TransportError) -> AntennaAnswer?

    private let handler: Handler
    private let log = Mutex<[AntennaRequest]>([])

    init(_ handler: @escaping Handler = { _ throws(TransportError) in nil }) {
        self.handler = handler
    }

    var requests: [AntennaRequest] { log.withLock { $0 } }

    func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer {
        log.withLock { $0.append(request) }
        if let answer = try await handler(request) { return answer }
        if request.method == .post {
            let isReservation =
                request.body.map { String(decoding: $0, as: UTF8.self).contains(#""batch_size":1"#) } ?? false
            return isReservation ? .text(#"{"tasks":[]}"#) : .text(#"{"detail":"no"}"#, status: 400)
        }
        if request.url.contains("/projects/1/pipelines/") {
            return .text(#"{"results":[{"slug":"demo","name":"Demo"}],"next":null}"#)
        }
        if request.url.contains("/jobs/?") {
            return .text(#"{"results":[{"id":1,"pipeline_slug":"demo"}],"next":null}"#)
        }
        return .job(1)
    }
}

extension AntennaAnswer {
    fileprivate static func text(_ text: String, status: Int = 200) -> AntennaAnswer {
        AntennaAnswer(status: status, body: Array(text.utf8))
    }

    fileprivate static func job(_ id: Int, remaining: String = "4", progress: String = "0.6") -> AntennaAnswer {
        .text(
            #"{"id":\#(id),"name":"Job","status":"STARTED","dispatch_mode":"async_api","pipeline":{"slug":"demo"},"#
                + #""project":{"id":1},"progress":{"stages":[{"key":"process","progress":\#(progress),"params":["#
                + #"{"key":"processed","value":6},{"key":"remaining","value":\#(remaining)}]}]}}"#
        )
    }
}

@Suite("Why a job does not come forward", .timeLimit(.minutes(5)))
struct JobCheckTests {
    private func check(
        _ antenna: ScriptedAntenna,
        models: String = PackagePaths.models,
        takesOne: Bool = false
    ) throws -> JobCheck {
        let settings = try ScratchFolder().resolve(
            flags: ["--base-url", "http://antenna.test/api/v2", "--models", models, "--pipeline", "demo"],
            environment: ["ANTENNA_WORKER_ANTENNA_TOKEN": "t0ken"]
        ).settings
        let rest = RESTSourceSettings(settings, role: "test", pipelines: ["demo"])
        return JobCheck(
            settings: settings,
            client: try rest.makeClient(http: antenna),
            takesOne: takesOne
        )
    }

    private func missing(_ check: JobCheck, job: Int = 1) async -> [String] {
        await check.section(ofJob: job).findings.filter { $0.status == .missing }.map(\.subject)
    }

    @Test("a job that is well has nothing missing, and no task of it is taken")
    func well() async throws {
        let antenna = ScriptedAntenna()
        let findings = await (try check(antenna)).section(ofJob: 1).findings
        #expect(findings.allSatisfy { $0.status != .missing }, "\(findings)")
        #expect(findings.last?.subject == "Tasks")
        let bodies = antenna.requests.compactMap(\.body).map { String(decoding: $0, as: UTF8.self) }
        #expect(bodies.sorted() == [#"{"batch_size":0}"#, "{}"])
    }

    @Test("a relay, which has no models, looks at jobs and registrations all the same")
    func withoutModels() async throws {
        let check = try check(ScriptedAntenna(), models: "/nowhere")
        let findings = await check.section(ofJob: 1).findings
        #expect(findings.allSatisfy { $0.status != .missing }, "\(findings)")
        #expect(findings.contains { $0.subject == "Registration" && $0.status == .good })
        #expect(await check.sections().map(\.title) == ["Jobs", "Job 1"])
        let unregistered = ScriptedAntenna { request in
            request.url.contains("/pipelines/") ? .text(#"{"results":[],"next":null}"#) : nil
        }
        #expect(await missing(try self.check(unregistered, models: "/nowhere")) == ["Registration"])
    }

    @Test("only where it is told to a task is asked for; none means that others have them")
    func takesOne() async throws {
        #expect(await missing(try check(ScriptedAntenna(), takesOne: true)) == ["Tasks"])
    }

    @Test(
        "a job that is not there, is forbidden, or whose pipeline is not registered",
        arguments: [
            ("/jobs/1/", 404, "Job"), ("/jobs/1/", 503, "Job"), ("/jobs/1/tasks/", 403, "Rights"),
            ("/jobs/1/result/", 403, "Rights"),
            ("/jobs/1/tasks/", 503, "Queue"), ("/jobs/1/tasks/", 401, "Rights"),
        ]
    )
    func refused(_ path: String, _ status: Int, _ subject: String) async throws {
        let antenna = ScriptedAntenna { request in
            request.url.hasSuffix(path) ? .text(#"{"detail":"no"}"#, status: status) : nil
        }
        #expect(await missing(try check(antenna)) == [subject])
    }

    @Test("a project that has not registered the pipeline, or with other algorithms")
    func unregistered() async throws {
        for shown in ["", #"{"slug":"demo","enabled":false}"#, #"{"slug":"demo","algorithms":[{"key":"other"}]}"#] {
            let antenna = ScriptedAntenna { request in
                request.url.contains("/pipelines/") ? .text(#"{"results":[\#(shown)],"next":null}"#) : nil
            }
            #expect(await missing(try check(antenna)) == ["Registration"])
        }
    }

    @Test("a job that works and is not listed is found by no worker")
    func unlisted() async throws {
        let antenna = ScriptedAntenna { request in
            request.url.contains("/jobs/?") ? .text(#"{"results":[],"next":null}"#) : nil
        }
        #expect(await missing(try check(antenna)) == ["Listing"])
    }

    @Test(
        "absurd progress and endless texts are no trap and no flood",
        arguments: ["NaN", "-1e308", "9223372036854775807", "\"x\""]
    )
    func absurd(_ number: String) async throws {
        let noise = String(repeating: "\\u001b[2J", count: 20_000)
        let antenna = ScriptedAntenna { request in
            if request.url.hasSuffix("/jobs/1/") { return .job(1, remaining: number, progress: number) }
            if request.url.hasSuffix("/jobs/2/") {
                return .text(
                    #"{"id":2,"name":"\#(noise)","status":"\#(noise)","pipeline":{"slug":"\#(noise)"},"logs":{"stderr":["\#(noise)"]}}"#
                )
            }
            return nil
        }
        let check = try check(antenna)
        #expect(await missing(check) == [])
        let section = await check.section(ofJob: 2)
        let lines = section.lines(on: Terminal(isInteractive: false, hasColour: false))
        #expect(lines.allSatisfy { $0.count < 600 && !$0.contains("\u{1B}") })
    }

    @Test("all jobs are looked at, those with the fewest images left first, and no more than ten")
    func shortestFirst() async throws {
        let antenna = ScriptedAntenna { request in
            if request.url.contains("/jobs/?") {
                let jobs = (1...30).map { #"{"id":\#($0),"pipeline_slug":"demo"}"# }.joined(separator: ",")
                let others = request.url.contains("dispatch_mode") ? "" : #",{"id":77,"pipeline_slug":"demo"}"#
                return .text(#"{"results":[\#(jobs)\#(others)],"next":null}"#)
            }
            let parts = request.url.split(separator: "/")
            guard request.method == .get, let id = parts.last.flatMap({ Int($0) }) else { return nil }
            return .job(id, remaining: "\(100 - id)")
        }
        let sections = await (try check(antenna)).sections()
        #expect(sections.map(\.title) == ["Jobs"] + (21...30).reversed().map { "Job \($0)" })
        let others = sections.first?.findings.first { $0.detail.hasPrefix("77") }
        #expect(others?.status == .note)
    }

    @Test("a list without an end ends all the same")
    func endless() async throws {
        let antenna = ScriptedAntenna { request in
            guard request.url.contains("/jobs/?") else { return nil }
            let id = Int.random(in: 1...1_000_000)
            return .text(#"{"count":9999999999,"next":"more","results":[{"id":\#(id),"pipeline_slug":"demo"}]}"#)
        }
        let sections = await (try check(antenna)).sections()
        #expect(sections.count == 11)
    }

    @Test("a server that says nothing is given up")
    func silent() async throws {
        let antenna = ScriptedAntenna { _ throws(TransportError) in
            // For as long as nobody gives it up.
            try? await Task.sleep(for: .seconds(3_600))
            throw TransportError(.cancelled, operation: "http.get", message: "cancelled")
        }
        var check = try check(antenna)
        (check.patience, check.patienceWithAll) = (.milliseconds(50), .milliseconds(50))
        #expect(await missing(check) == ["Looking at it"])
        #expect(await check.sections().flatMap(\.findings).map(\.status) == [.missing])
    }
}
