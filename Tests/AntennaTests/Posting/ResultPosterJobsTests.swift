import Concurrency
import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna
@testable import Pipeline

/// Results of a job that may not be posted, results that wait for a server that is back, and answers that are given again.
@Suite(.timeLimit(.minutes(5))) struct ResultPosterJobsTests {
    private let folder = TemporaryFolder()

    private func makePoster(
        _ client: AntennaClient,
        spool: Spool,
        memory: PostedResults? = nil,
        clock: some Clock<Duration>
    ) -> ResultPoster {
        ResultPoster(
            client: client,
            spool: spool,
            memory: memory,
            clock: WaitClock(clock),
            generator: SeededGenerator(seed: 3),
            logger: quiet
        )
    }

    @Test func aForbiddenJobsResultsAreKeptAndOthersGoOn() async throws {
        let clock = JumpingClock()
        let server = ScriptedServer { request in
            request.jobID == 1 && clock.now.offset < .seconds(2_000) ? .json("{}", status: 403) : .taken
        }
        let spool = try await openSpool(folder)
        let poster = makePoster(try makeClient(server), spool: spool, clock: clock)
        for id in 1...5 {
            try await poster.deliver(outgoing(id, job: 1))
            try await poster.deliver(outgoing(id, job: 2))
        }
        #expect(poster.outlook.closedJobs == [1])
        #expect(ResultCounts(poster) == ResultCounts(posted: 5, spooled: 5))
        // The first refusal is enough for the four after it.
        #expect(server.calls.count { $0.contains("/jobs/1/") } == 1)
        let running = Task { await poster.run() }
        try await eventually { spool.count == 0 }
        poster.finish()
        await running.value
        #expect(poster.outlook.closedJobs.isEmpty && poster.statistics.posted.value == 10)
        // Half an hour at one minute, two, four, eight, fifteen, and then four that may go at once.
        #expect(server.calls.count { $0.contains("/jobs/1/") } <= 14)
    }

    @Test func aResultThatIsAlwaysAnsweredWithAFaultHoldsUpNoneBehindIt() async throws {
        let server = ScriptedServer { $0.subjects == ["ack.1.1.1"] ? .json("", status: 500) : .taken }
        let spool = try await openSpool(folder)
        for id in 1...20 { try await spool.add(outgoing(id)) }
        let clock = JumpingClock()
        let poster = makePoster(try makeClient(server), spool: spool, clock: clock)
        let running = Task { await poster.run() }
        try await eventually { spool.count == 1 }
        #expect(poster.statistics.posted.value == 19)
        // And it is tried on.
        let tries = server.requests.count
        try await eventually { server.requests.count > tries }
        running.cancel()
        await running.value
        #expect(spool.count == 1)
    }

    @Test func aForbiddenJobDoesNotHoldUpTheEnd() async throws {
        let server = ScriptedServer { $0.jobID == 1 ? .json("{}", status: 403) : .taken }
        let spool = try await openSpool(folder)
        let poster = makePoster(try makeClient(server), spool: spool, clock: TestClock())
        try await spool.add(outgoing(1, job: 1))
        try await spool.add(outgoing(2, job: 2))
        poster.finish()
        await poster.run()
        #expect(spool.oldest(9).map(\.jobID) == [1])
        #expect(poster.statistics.posted.value == 1)
    }

    @Test func anySuccessfulCallWakesWhatWaits() async throws {
        let clock = TestClock()
        let isUp = Mutex(false)
        let server = ScriptedServer { request throws(TransportError) in
            guard isUp.withLock({ $0 }) else { throw .connectionLost }
            return request.isJobs ? .jobs() : .taken
        }
        let client = try makeClient(server)
        let spool = try await openSpool(folder)
        let poster = makePoster(client, spool: spool, clock: clock)
        let delivery = Task { try await poster.deliver(outgoing(1)) }
        for _ in 0..<2 {
            await clock.sleepers()
            clock.advanceToNextSleeper()
        }
        try await delivery.value
        let running = Task { await poster.run() }
        await clock.sleepers()
        #expect(spool.count == 1)
        isUp.withLock { $0 = true }
        // The clock stands still from here on.
        _ = try await client.jobs(pipelines: ["moths"], limit: 1)
        try await eventually { spool.count == 0 }
        #expect(poster.statistics.posted.value == 1)
        poster.finish()
        await running.value
    }

    @Test func successesThatDoNotHelpWakeItLessAndLess() async throws {
        let clock = JumpingClock()
        let server = ScriptedServer { $0.isJobs ? .jobs() : .json("", status: 500) }
        let client = try makeClient(server)
        let spool = try await openSpool(folder)
        let poster = makePoster(client, spool: spool, clock: clock)
        try await poster.deliver(outgoing(1))
        var dues: [Duration] = []
        for _ in 0..<8 {
            _ = try await client.jobs(pipelines: ["moths"], limit: 1)
            let now = clock.now.offset
            dues.append((poster.state.withLock { $0.awayUntil } ?? now) - now)
            // The next attempt fails, too.
            clock.advance(by: .seconds(60))
            _ = await poster.post(outgoing(1))
        }
        #expect(dues.first == .zero)
        #expect(dues.dropFirst(5).allSatisfy { $0 >= .seconds(5) })
    }

    @Test func aRefusedTokenIsNotForgottenForAListThatEverybodyMaySee() async throws {
        let clock = JumpingClock()
        let server = ScriptedServer { $0.isJobs ? .jobs() : .json("", status: 401) }
        let client = try makeClient(server)
        let poster = makePoster(client, spool: try await openSpool(folder), clock: clock)
        try await poster.deliver(outgoing(1))
        _ = try await client.jobs(pipelines: ["moths"], limit: 1)
        #expect((poster.state.withLock { $0.awayUntil } ?? .zero) >= .seconds(30))
    }

    @Test func aTaskThatComesAgainGetsTheSameBytesUnderItsNewSubject() async throws {
        let server = ScriptedServer { _ in .taken }
        let other = TemporaryFolder()
        let memory = try await PostedResults.open(
            directory: other.path,
            address: AntennaAddress("http://antenna.test"),
            models: [],
            maximumBytes: 1 << 20,
            logger: quiet
        )
        let spool = try await openSpool(folder)
        let poster = makePoster(try makeClient(server), spool: spool, memory: memory, clock: JumpingClock())
        try await poster.deliver(outgoing(7, json: #"{"score":0.50}"#))
        let again = ImageTask(
            id: "7",
            imageID: "7",
            imageURL: "",
            replySubject: "ack.1.7.2",
            pipeline: "moths",
            jobID: 1
        )
        #expect(poster.remembers(TaskKey(again)))
        #expect(try await poster.answerAgain(again))
        #expect(server.requests.map(\.subjects) == [["ack.1.7.1"], ["ack.1.7.2"]])
        #expect(
            server.requests.allSatisfy { String(decoding: $0.body ?? [], as: UTF8.self).contains(#"{"score":0.50}"#) }
        )
        #expect(ResultCounts(poster) == ResultCounts(posted: 2, repeated: 1))
    }
}
