import Antenna
import Foundation
import Inference
import Settings
import Synchronization
import TestSupport
import Testing
import Transport
import WorkerTestSupport

@testable import Worker

/// An Antenna of two projects, that answers registrations as the test says.
private final class RegisteringAntenna: HTTPExecuting {
    typealias Handler = @Sendable (AntennaRequest) -> AntennaAnswer?

    private let handler: Handler
    private let log = Mutex<[String]>([])

    init(_ handler: @escaping Handler) {
        self.handler = handler
    }

    /// The registrations that were tried.
    var posts: [String] { log.withLock { $0 } }

    func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer {
        if request.method == .post { log.withLock { $0.append(request.url) } }
        if let answer = handler(request) { return answer }
        if request.url.contains("/projects/?") {
            return .text(#"{"results":[{"id":1,"name":"Ours"},{"id":2,"name":"Theirs"}],"next":null}"#)
        }
        if request.url.hasSuffix("/projects/1/") { return .text(#"{"id":1,"name":"Ours"}"#) }
        return .text(#"{"detail":"Not found."}"#, status: 404)
    }
}

extension AntennaAnswer {
    fileprivate static func text(_ text: String, status: Int = 200) -> AntennaAnswer {
        AntennaAnswer(status: status, body: Array(text.utf8))
    }
}

@Suite struct RegistrarTests {
    private let fixture: ScratchFolder

    init() throws {
        fixture = try ScratchFolder()
    }

    private static let created = AntennaAnswer.text(#"{"pipelines_created":["demo","some_algorithm"]}"#, status: 201)

    /// Registers the demo pipeline, and returns the lines that were said.
    private func register(_ antenna: RegisteringAntenna, project: Int? = nil) async throws -> [String] {
        var settings = try fixture.resolve(flags: ["--base-url", "http://antenna.test/api/v2"]).settings
        settings.antenna.project = project
        let manifest = try PipelineManifest(directory: "\(PackagePaths.models)/demo")
        let lines = Mutex<[String]>([])
        try await Registrar.register(settings, manifests: [manifest], role: "test", http: antenna) { line in
            lines.withLock { $0.append(line) }
        }
        return lines.withLock { $0 }
    }

    @Test("a forbidden project does not keep the others from being registered with")
    func forbidden() async throws {
        let antenna = RegisteringAntenna { request in
            guard request.method == .post else { return nil }
            return request.url.contains("/projects/1/") ? .text("{}", status: 403) : Self.created
        }
        let lines = try await register(antenna)
        #expect(antenna.posts.count == 2)
        #expect(lines.count == 3)
        #expect(lines.first?.contains("forbidden") == true)
        #expect(lines.first?.contains("create_projectpipelineconfig") == true)
        #expect(lines.last == "Registered with 1 of 2 projects; 1 forbidden.")
        // Keys of algorithms stand among the new ones, too.
        #expect(lines[1].hasSuffix("new: demo"))
    }

    @Test("when every project is forbidden, that is a failure")
    func allForbidden() async throws {
        let antenna = RegisteringAntenna { $0.method == .post ? .text("{}", status: 403) : nil }
        await #expect(throws: CommandFailure.self) { try await register(antenna) }
        #expect(antenna.posts.count == 2)
    }

    @Test("an error page is told of, and not shown")
    func errorPage() async throws {
        let lines = Mutex<[String]>([])
        let antenna = RegisteringAntenna { request in
            request.method == .post ? .text("<!doctype html>\n<html><h1>Server Error</h1></html>", status: 500) : nil
        }
        let settings = try fixture.resolve(flags: ["--base-url", "http://antenna.test/api/v2"]).settings
        let manifest = try PipelineManifest(directory: "\(PackagePaths.models)/demo")
        await #expect(throws: CommandFailure.self) {
            try await Registrar.register(settings, manifests: [manifest], role: "test", http: antenna) { line in
                lines.withLock { $0.append(line) }
            }
        }
        let text = lines.withLock { $0.joined() }
        #expect(text.contains("a web page") && !text.contains("<"))
    }

    @Test("a project that is not there is an error before anything is registered")
    func unknownProject() async throws {
        let antenna = RegisteringAntenna { _ in nil }
        await #expect { try await register(antenna, project: 9) } throws: {
            $0 is SettingsError && "\($0)".contains("no project 9")
        }
        #expect(antenna.posts.isEmpty)
    }

    @Test("what would end in an error page or be merged silently is not tried")
    func objections() async throws {
        let antenna = RegisteringAntenna { request in
            request.url.contains("/ml/pipelines/")
                ? .text(
                    #"{"results":[{"slug":"demo","name":"x","algorithms":[{"key":"old","task_type":"localization"}]}]}"#
                ) : nil
        }
        await #expect { try await register(antenna) } throws: { "\($0)".contains("new slug") }
        #expect(antenna.posts.isEmpty)
    }

    @Test("what the project shows afterwards has to be what results need")
    func readBack() async throws {
        let antenna = RegisteringAntenna { request in
            if request.method == .post { return Self.created }
            return request.url.contains("/pipelines/?") ? .text(#"{"results":[]}"#) : nil
        }
        await #expect(throws: CommandFailure.self) { try await register(antenna, project: 1) }
    }
}

@Suite struct SkippedJobsTests {
    private static let log = CapturedLog().logger

    @Test("jobs of others are named, and no failure while there was work")
    func some() throws {
        let jobs = SkippedJobs([3, 7], done: 1)
        #expect(jobs.sentence?.contains("Jobs 3, 7") == true && jobs.sentence?.contains("tasks_ml_job") == true)
        #expect(throws: Never.self) { try jobs.report(Self.log) }
    }

    @Test("a worker that could do nothing at all has failed")
    func all() {
        #expect(throws: CommandFailure.self) { try SkippedJobs([3], done: 0).report(Self.log) }
        #expect(throws: Never.self) { try SkippedJobs([], done: 0).report(Self.log) }
    }

    @Test("jobs whose results would be dropped are told, and are a failure where there was nothing else")
    func unregistered() {
        let jobs = SkippedJobs([], unregistered: "pipeline demo is not registered, with project 4", done: 0)
        #expect(jobs.sentence == "Jobs were left alone: pipeline demo is not registered, with project 4.")
        #expect(throws: CommandFailure.self) { try jobs.report(Self.log) }
        let both = SkippedJobs([3], unregistered: "pipeline demo is not registered", done: 1)
        #expect(both.sentence?.contains("Job 3") == true && both.sentence?.contains("not registered") == true)
        #expect(throws: Never.self) { try both.report(Self.log) }
    }

    @Test("a long list is cut")
    func many() {
        #expect((SkippedJobs(Array(1...500), done: 1).sentence ?? "").count < 500)
    }
}

@Suite struct AntennaTokenTests {
    private let fixture: ScratchFolder

    init() throws {
        fixture = try ScratchFolder()
    }

    @Test(
        "a token is needed, but for a local Antenna",
        arguments: [
            ("https://antenna.example/api/v2", true), ("http://10.0.0.1:8000/api/v2", true),
            ("http://localhost.example/api/v2", true), ("http://localhost:8000/api/v2", false),
            ("http://127.0.0.1:8000", false), ("http://[::1]:8000/api/v2", false),
        ]
    )
    func token(_ url: String, _ isNeeded: Bool) throws {
        let settings = try fixture.resolve(flags: ["--base-url", url]).settings.antenna
        #expect(isNeeded != settings.isOnThisMachine)
        if isNeeded {
            #expect(throws: SettingsError.self) { try settings.checkToken() }
        } else {
            #expect(throws: Never.self) { try settings.checkToken() }
        }
    }

    @Test("rights that are missing for all jobs are an error, for some a note")
    func rights() {
        #expect(AntennaCheck.judge(allowed: [1], forbidden: [], subject: "Rights").status == .good)
        #expect(AntennaCheck.judge(allowed: [1], forbidden: [2], subject: "Rights").status == .note)
        let none = AntennaCheck.judge(allowed: [], forbidden: [2], subject: "Rights")
        #expect(none.status == .missing && none.remedy?.contains("result_ml_job") == true)
    }
}
