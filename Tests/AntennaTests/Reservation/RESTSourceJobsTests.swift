import Foundation
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna
@testable import Pipeline

/// The source beside an Antenna that forbids, hides, hangs, drops, and delivers again.
@Suite(.timeLimit(.minutes(5))) struct RESTSourceJobsTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()

    private static let taskSeven = TaskKey(jobID: 1, taskID: "7")

    private func makeSource(
        _ server: ScriptedServer,
        clock: some Clock<Duration> = JumpingClock(),
        memory: PostedResults? = nil,
        change: (inout RESTSourceSettings) -> Void = { _ in }
    ) async throws -> RESTTaskSource {
        try await restSource(server, folder, clock: clock, memory: memory, logger: log.logger(from: .notice)) {
            settings in
            settings.untilEmpty = true
            settings.clientInfo = AntennaClientInfo(
                hostname: "h",
                processID: 7,
                version: "1",
                roles: ["run"],
                devices: ["cpu"],
                devicesReason: "auto: there is no NVIDIA GPU"
            )
            change(&settings)
        }
    }

    /// Runs a source to its end, every task answered at once; returns the ids in order, with their jobs.
    private func drain(_ source: RESTTaskSource) async throws -> [String] {
        let running = Task { try await source.run() }
        var done: [String] = []
        while let lease = await source.next() {
            done.append("\(lease.task.jobID ?? 0).\(lease.task.id)")
            let result = EncodedResult(taskID: lease.task.id, json: Array(#"{"detections":[]}"#.utf8), isError: false)
            try await lease.settle(.completed(result))
        }
        try await running.value
        return done
    }

    @Test func aForbiddenJobCostsTheOthersNothing() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 30, 2: 30, 3: 30], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in
            if request.isTasks, request.jobID == 2 { return .json(#"{"detail":"No permission."}"#, status: 403) }
            return try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock)
        let done = try await drain(source)
        #expect(Set(done).count == 60 && !done.contains { $0.hasPrefix("2.") })
        #expect(source.forbiddenJobs == [2])
        let warnings = log.warnings.filter { $0.contains("tasks_ml_job") }
        #expect(warnings.count == 1 && warnings.first?.contains("\"job_id\": 2") == true)
    }

    @Test func aJobWhoseResultsAreForbiddenIsNotAskedForMore() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 100, 2: 30], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in
            if request.isResult, request.jobID == 1 { return .json("{}", status: 403) }
            return try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock)
        let done = try await drain(source)
        #expect(done.count { $0.hasPrefix("2.") } == 30)
        #expect(done.count { $0.hasPrefix("1.") } <= 24)
        #expect(source.forbiddenJobs == [1])
        let poster = try #require(source.poster as? ResultPoster)
        #expect(poster.spool.count == done.count { $0.hasPrefix("1.") })
    }

    @Test func aJobThatTheListHidesIsDoneToItsEnd() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 100], clock: clock)
        let listings = Atomic(0)
        let server = ScriptedServer { request throws(TransportError) in
            if request.isJobs, listings.add(1, ordering: .relaxed).newValue > 1 { return .jobs() }
            return try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock) {
            // Listed again before the first batch is done.
            $0.jobRefreshInterval = .milliseconds(1)
        }
        #expect(Set(try await drain(source)).count == 100)
        #expect(antenna.results(job: 1) == Array(repeating: 1, count: 100))
    }

    @Test func aJobThatLeftTheListCompleteIsAskedNoMoreWhateverMayHaveBeenLost() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 100], clock: clock, faults: FakeAntenna.Faults(fails: 5))
        let server = ScriptedServer { request throws(TransportError) in
            guard request.url.hasSuffix("/jobs/1/") else { return try antenna.answer(request) }
            return .json(
                #"{"id":1,"progress":{"stages":[{"key":"process","progress":1.0,"params":[{"key":"processed","#
                    + #""value":100},{"key":"remaining","value":0}]},{"key":"results","progress":1.0}]}}"#
            )
        }
        let source = try await makeSource(server, clock: clock)
        #expect(Set(try await drain(source)).count == 100)
        #expect(clock.now.offset < .seconds(250))
    }

    @Test func aCallThatHangsHoldsUpItsOwnJobAlone() async throws {
        let clock = JumpingClock()
        let gate = Gate()
        let underWay = Mutex((now: 0, most: 0))
        let antenna = FakeAntenna(jobs: [1: 5, 2: 60], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in
            guard request.isTasks, request.jobID == 1 else { return try antenna.answer(request) }
            underWay.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await gate.passed()
            underWay.withLock { $0.now -= 1 }
            return try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock)
        let running = Task { try await source.run() }
        var done: [String] = []
        while let lease = await source.next() {
            done.append("\(lease.task.jobID ?? 0).\(lease.task.id)")
            let result = EncodedResult(taskID: lease.task.id, json: Array("{}".utf8), isError: false)
            try await lease.settle(.completed(result))
            if done.count == 60 {
                #expect(done.allSatisfy { $0.hasPrefix("2.") })
                gate.open()
            }
        }
        try await running.value
        #expect(Set(done).count == 65)
        #expect(underWay.withLock { $0.most } == 1)
        let tasks = server.requests.filter(\.isTasks)
        #expect(tasks.allSatisfy { $0.timeout > .seconds(130) })
    }

    @Test func aCallThatHangsIsToldOnceAndThatItIsOverToo() async throws {
        let clock = TestClock()
        let gate = Gate()
        let server = ScriptedServer { request in
            if request.isJobs { return .jobs(1, 2) }
            await gate.passed()
            return .noTasks
        }
        let source = try await makeSource(server, clock: clock) { $0.untilEmpty = false }
        let running = Task { try await source.run() }
        func told(_ text: String) -> Int { log.warnings.count { $0.contains(text) && $0.contains("job_id") } }
        try await eventually {
            clock.advance(by: .seconds(1))
            return told("does not answer") > 0
        }
        // Both jobs wait for long, while the list is answered as ever.
        let listings = server.requests.count(where: \.isJobs)
        try await eventually {
            clock.advance(by: .seconds(1))
            return server.requests.count(where: \.isJobs) > listings + 3
        }
        #expect(server.requests.count(where: \.isTasks) == 2 && told("answers again") == 0)
        gate.open()
        try await eventually { told("answers again") > 0 }
        running.cancel()
        try await running.value
        #expect(told("does not answer") == 1 && told("answers again") == 1, "\(log.warnings)")
    }

    @Test func whatAProjectLacksIsToldOnceForAllItsJobs() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 10, 2: 10], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in
            if request.url.contains("/projects/3/pipelines/") { return .json(#"{"results":[]}"#) }
            if request.url.hasSuffix("/projects/3/") { return .json(#"{"id":3,"name":"P"}"#) }
            if request.url.hasSuffix("/jobs/1/") || request.url.hasSuffix("/jobs/2/") { return .json(Self.job) }
            return try antenna.answer(request)
        }
        for project in [3, nil] {
            let told = log.warnings.count
            let source = try await makeSource(server, clock: clock) {
                $0.projectID = project
                $0.expectations = [PipelineExpectation(slug: "moths")]
            }
            #expect(try await drain(source).isEmpty)
            #expect(log.warnings.count - told == 1, "\(log.warnings)")
        }
    }

    @Test func everyPostTellsWhoAsks() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 3], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in try antenna.answer(request) }
        _ = try await drain(try await makeSource(server, clock: clock))
        let posts = server.requests.filter { $0.method == .post }
        #expect(posts.contains { $0.isTasks } && posts.contains { $0.isResult })
        for post in posts {
            let body = String(decoding: post.body ?? [], as: UTF8.self)
            let info =
                #""client_info":{"hostname":"h","process_id":7,"software":"antenna-worker","version":"1","roles":["run"],"#
                + #""devices":["cpu"],"devices_reason":"auto: there is no NVIDIA GPU"}"#
            #expect(body.contains(info))
        }
        #expect(
            server.requests.allSatisfy { request in
                request.headers.contains { $0.name == "User-Agent" && $0.value == "antenna-worker/1" }
            }
        )
    }

    private func openMemory(_ folder: TemporaryFolder) async throws -> PostedResults {
        try await PostedResults.open(
            directory: folder.path,
            address: AntennaAddress("http://antenna.test"),
            models: [],
            maximumBytes: 1 << 20,
            logger: quiet
        )
    }

    /// A server that delivers task seven again and again, each time once the worker knows that its result was taken.
    private func redelivering(_ tasks: [Int], times: Int, remembering memory: PostedResults) -> ScriptedServer {
        let seen = Mutex((deliveries: 0, results: 0))
        return ScriptedServer { request in
            if request.isJobs { return .jobs(1) }
            if request.isResult {
                seen.withLock { $0.results += 1 }
                return .taken
            }
            let delivery = seen.withLock { seen in
                seen.deliveries += 1
                return seen.deliveries
            }
            guard delivery <= times else { return .noTasks }
            while delivery > 1, !Task.isCancelled {
                if seen.withLock(\.results) >= delivery - 1, memory.remembers(Self.taskSeven) { break }
                await Task.yield()
            }
            return .tasks(tasks, delivery: delivery)
        }
    }

    @Test func aTaskThatComesAgainAfterItsResultWasTakenIsNotDoneAgain() async throws {
        let other = TemporaryFolder()
        let memory = try await openMemory(other)
        let server = redelivering([7], times: 3, remembering: memory)
        let source = try await makeSource(server, memory: memory)
        #expect(try await drain(source) == ["1.7"])
        #expect(source.counters.answeredAgain == 2)
        let posts = server.requests.filter(\.isResult)
        #expect(posts.map(\.subjects) == [["ack.1.7.1"], ["ack.1.7.2"], ["ack.1.7.3"]])
        #expect(
            posts.allSatisfy { String(decoding: $0.body ?? [], as: UTF8.self).contains(#""result":{"detections":[]}"#) }
        )
    }

    @Test func aTaskThatIsNamedOftenInOneReservationIsAnsweredAgainOnce() async throws {
        let other = TemporaryFolder()
        let memory = try await openMemory(other)
        let server = redelivering(Array(repeating: 7, count: 5), times: 2, remembering: memory)
        let source = try await makeSource(server, memory: memory)
        #expect(try await drain(source) == ["1.7"])
        #expect(source.counters.answeredAgain == 1)
        #expect(server.requests.filter(\.isResult).map(\.subjects) == [["ack.1.7.1"], ["ack.1.7.2"]])
    }

    // MARK: Registration

    private static let job = #"{"id":1,"project":{"id":3,"name":"P"}}"#

    private static func pipelines(_ algorithms: String...) -> AntennaAnswer {
        let list = algorithms.map { #"{"key":"\#($0)","version":1,"task_type":"localization"}"# }.joined(separator: ",")
        return .json(#"{"count":1,"next":null,"results":[{"slug":"moths","name":"M","algorithms":[\#(list)]}]}"#)
    }

    @Test func tasksWhoseResultsWouldBeDroppedAreNotTaken() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 10], clock: clock)
        // Not by the clock, which runs by itself, and may have passed before the test looks.
        let isRegistered = Mutex(false)
        let server = ScriptedServer { request throws(TransportError) in
            if request.url.contains("/projects/3/pipelines/") {
                return isRegistered.withLock(\.self) ? Self.pipelines("finder") : .json(#"{"results":[]}"#)
            }
            return request.url.hasSuffix("/jobs/1/") ? .json(Self.job) : try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock) {
            $0.untilEmpty = false
            $0.expectations = [PipelineExpectation(slug: "moths", detector: "finder", algorithms: ["finder"])]
        }
        let running = Task { try await source.run() }
        try await eventually { source.registrationProblem != nil }
        #expect(!server.requests.contains { $0.isTasks })
        #expect(source.registrationProblem == "pipeline moths is not registered, or not enabled, with project 3")
        // Registered meanwhile, it goes on by itself.
        isRegistered.withLock { $0 = true }
        let lease = try #require(await source.next())
        #expect(source.registrationProblem == nil)
        try await lease.settle(.retry(reason: "test"))
        running.cancel()
        try await running.value
        #expect(log.warnings.count { $0.contains("would drop the results") } == 1)
        // The job's project is looked up once.
        #expect(server.calls.count { $0 == "GET /jobs/1/" } == 1)
    }

    @Test(arguments: [404, 405, 403, 200]) func aServerThatDoesNotShowWhatItHasIsWorkedFor(_ status: Int) async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 10], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in
            let isLook = request.url.contains("/projects/") || request.url.hasSuffix("/jobs/1/")
            return isLook ? .json("<html>no</html>", status: status) : try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock) {
            $0.expectations = [PipelineExpectation(slug: "moths")]
        }
        #expect(try await drain(source).count == 10)
    }

    @Test func anUnknownProjectIsAnErrorAtTheStart() async throws {
        let server = ScriptedServer { request in
            request.url.contains("/projects/") ? .json(#"{"detail":"No Project matches."}"#, status: 404) : .jobs(1)
        }
        let source = try await makeSource(server) { $0.projectID = 99 }
        await #expect { try await source.run() } throws: { error in
            (error as? AntennaError)?.code == .configuration && "\(error)".contains("no project 99")
        }
        #expect(await source.next() == nil)
        #expect(!server.requests.contains { $0.isTasks })
    }

    @Test func aJobOfAnotherProjectIsNotTaken() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 10], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in
            if request.url.contains("/projects/5/pipelines/") { return Self.pipelines("finder") }
            if request.url.contains("/projects/5/") { return .json(#"{"id":5,"name":"Q"}"#) }
            return request.url.hasSuffix("/jobs/1/") ? .json(Self.job) : try antenna.answer(request)
        }
        let source = try await makeSource(server, clock: clock) {
            $0.projectID = 5
            $0.expectations = [PipelineExpectation(slug: "moths")]
        }
        #expect(try await drain(source).isEmpty)
    }

    @Test func withoutATokenARefusalEndsItAtOnce() async throws {
        let server = ScriptedServer { $0.isJobs ? .jobs(1) : .json("{}", status: 401) }
        let source = try await makeSource(server) { $0.authToken = "" }
        await #expect { try await source.run() } throws: { "\($0)".contains("asks for a token") }
    }
}
