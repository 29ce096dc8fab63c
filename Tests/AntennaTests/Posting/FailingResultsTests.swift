import Concurrency
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna

/// Results that fail alone, a server that takes none, and what the log says of both.
@Suite(.timeLimit(.minutes(5))) struct FailingResultsTests {
    private let folder = TemporaryFolder()
    private let clock = TestClock()

    private func makePoster(
        _ server: ScriptedServer,
        spool: Spool,
        log: CapturedLog = CapturedLog()
    ) throws -> ResultPoster {
        var settings = ResultPoster.Settings()
        settings.quickAttempts = 1
        return ResultPoster(
            client: try makeClient(server),
            spool: spool,
            settings: settings,
            clock: WaitClock(clock),
            generator: SeededGenerator(seed: 3),
            logger: log.logger(from: .notice)
        )
    }

    @Test func onlyOneThatFailsWhileOthersAreTakenIsToBlame() {
        let entries = (1...2).map { Spool.EntryID(number: $0, jobID: 1) }
        var failing = FailingResults()
        let first = entries.map { failing.failed($0) }
        let second = failing.failed(entries[0])
        #expect(first == [nil, nil] && second == nil, "nothing is taken at all")
        failing.tookOne()
        let alone = [failing.failed(entries[0]), failing.failed(entries[0])]
        #expect(alone == [1, nil], "none was taken between the two")
        failing.wait(entries[0], until: .seconds(60))
        #expect(failing.asleep(now: .seconds(59)).entries == [entries[0]])
        #expect(failing.asleep(now: .zero).until == .seconds(60) && failing.asleep(now: .seconds(60)).until == nil)
        failing.tookOne()
        let again = failing.failed(entries[0])
        #expect(again == 2)
        failing.forget(entries[0])
        let anew = failing.failed(entries[0])
        #expect(anew == nil)
    }

    @Test func oneThatAlwaysFailsIsLeftAloneAndOthersArePostedAtOnce() async throws {
        let server = ScriptedServer { $0.subjects == ["ack.1.1.1"] ? .json("", status: 500) : .taken }
        let spool = try await openSpool(folder)
        let log = CapturedLog()
        let poster = try makePoster(server, spool: spool, log: log)
        try await spool.add(outgoing(1))
        let running = Task { await poster.run() }
        // Others are taken between two of its failures.
        var others = 1
        try await eventually {
            others += 1
            try await spool.add(outgoing(others))
            clock.advance(by: .seconds(1))
            return poster.state.withLock { !$0.failing.asleep(now: clock.now.offset).entries.isEmpty }
        }
        try await eventually { spool.count == 1 }
        #expect(poster.state.withLock(\.awayUntil) == nil)
        for id in 1...9 { try await poster.deliver(outgoing(others + id)) }
        #expect(ResultCounts(poster) == ResultCounts(posted: others - 1 + 9) && spool.count == 1)
        #expect(log.warnings.contains { $0.hasPrefix("A result fails again and again while others are taken") })
        // It is tried on, in a minute at the latest, and does not hold up the end.
        let tries = server.requests.count
        try await eventually {
            // Again, since it may not have begun to wait.
            clock.advance(by: .seconds(60))
            return server.requests.count > tries
        }
        poster.finish()
        await running.value
        #expect(spool.count == 1)
    }

    @Test func oneThatNeverGetsAnAnswerHoldsUpNoneBehindIt() async throws {
        let server = ScriptedServer { request throws(TransportError) in
            if request.subjects == ["ack.1.1.1"] { throw .connectionLost }
            return .taken
        }
        let spool = try await openSpool(folder)
        for id in 1...20 { try await spool.add(outgoing(id)) }
        var settings = ResultPoster.Settings()
        settings.postsInFlight = 1
        let poster = ResultPoster(
            client: try makeClient(server),
            spool: spool,
            settings: settings,
            clock: WaitClock(JumpingClock()),
            generator: SeededGenerator(seed: 3),
            logger: quiet
        )
        let running = Task { await poster.run() }
        try await eventually { spool.count == 1 }
        running.cancel()
        await running.value
        #expect(poster.statistics.posted.value == 19)
    }

    @Test func whatWasTakenIsOutOfTheSpoolAlsoWhenTheWorkerIsStoppedMeanwhile() async throws {
        let running = Mutex<Task<Void, Never>?>(nil)
        let server = ScriptedServer { _ in
            running.withLock { $0?.cancel() }
            return .taken
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        let gate = Gate()
        let task = Task {
            await gate.passed()
            await poster.run()
        }
        running.withLock { $0 = task }
        try await spool.add(outgoing(1))
        gate.open()
        await task.value
        #expect(poster.statistics.posted.value == 1 && spool.count == 0 && folder.files().isEmpty)
    }

    @Test func theLogTellsOfAServerThatTakesEveryOtherResultOnceAMinute() async throws {
        let mayTake = Mutex(0)
        let server = ScriptedServer { _ in
            let count = mayTake.withLock { count in
                count += 1
                return count
            }
            return count > 600 || count % 2 == 1 && count < 600 ? .json("", status: 500) : .taken
        }
        let log = CapturedLog()
        let poster = try makePoster(server, spool: try await openSpool(folder), log: log)
        for _ in 0..<600 {
            _ = await poster.post(outgoing(1))
            clock.advance(by: .milliseconds(500))
        }
        let (bad, good) = ("Results cannot be posted; they go to the spool", "Results can be posted again")
        let lines = log.warnings
        let counts = [bad, good].map { text in lines.count { $0.hasPrefix(text) } }
        #expect(counts.allSatisfy { (3...6).contains($0) }, "\(counts)")
        // A real outage is told of, even right after, and its end.
        for _ in 0..<200 {
            _ = await poster.post(outgoing(1))
            clock.advance(by: .milliseconds(500))
        }
        #expect(log.warnings.last?.hasPrefix(bad) == true && log.warnings.count <= lines.count + 2)
    }
}
