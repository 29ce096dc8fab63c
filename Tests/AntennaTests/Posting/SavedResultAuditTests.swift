import Concurrency
import Synchronization
import TestSupport
import Testing

@testable import Antenna

@Suite struct SavedResultAuditTests {
    private func detail(_ saved: Int?, of images: Int? = 100, error: String? = nil) -> AntennaJobDetail {
        AntennaJobDetail(projectID: 1, saved: saved, images: images, latestError: error)
    }

    /// Posts ten results, looks every half minute, and returns what is told.
    private func play(
        _ ledger: inout SavedResultAudit,
        minutes: Int = 10,
        error: String? = nil,
        saved: (Duration) -> Int?
    ) -> [SavedResultAudit.Loss] {
        for task in 0..<10 { ledger.posted("\(task)", ofJob: 1, now: .zero) }
        return stride(from: 30, through: minutes * 60, by: 30).compactMap { second in
            let now = Duration.seconds(second)
            guard ledger.due(now: now) == [1] else { return nil }
            return ledger.looked(at: 1, detail(saved(now), error: error), now: now)
        }
    }

    @Test func resultsThatAreSavedInTimeAreNoNews() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(5), now: .zero)
        #expect(play(&ledger) { $0 < .seconds(100) ? 5 : 15 }.isEmpty)
        #expect(ledger.losses.isEmpty)
    }

    @Test func resultsThatNeverArriveAreToldOnce() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(5, error: "boom"), now: .zero)
        #expect(play(&ledger, minutes: 2, error: "boom") { _ in 5 }.isEmpty, "an error of before says nothing of ours")
        let told = play(&ledger, minutes: 5, error: "boom") { _ in 5 }
        #expect(told == [SavedResultAudit.Loss(jobID: 1, posted: 10, saved: 0, latestError: "boom")])
        #expect(ledger.losses.map(\.missing) == [10])
    }

    @Test func resultsThatNeverArriveAreToldWithinAMinuteWhereTheJobsLogSaysSomethingNew() {
        for before in [nil, "an older one"] {
            var ledger = SavedResultAudit()
            ledger.began(1, detail(5, error: before), now: .zero)
            let told = play(&ledger, minutes: 1, error: "no such algorithm") { _ in 5 }
            #expect(told == [SavedResultAudit.Loss(jobID: 1, posted: 10, saved: 0, latestError: "no such algorithm")])
        }
    }

    @Test func whatTheLogSaysIsNoLossOfWhatArrives() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(5), now: .zero)
        #expect(play(&ledger, error: "image 7 is broken") { _ in 15 }.isEmpty)
    }

    @Test func aSingleResultThatNeverArrivesIsToldToo() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(0, of: 1), now: .zero)
        ledger.posted("1", ofJob: 1, now: .zero)
        _ = ledger.looked(at: 1, detail(0, of: 1), now: .seconds(30))
        #expect(ledger.looked(at: 1, detail(0, of: 1), now: .seconds(150))?.missing == 1)
    }

    @Test func whatArrivesLateIsTakenBack() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(0), now: .zero)
        #expect(play(&ledger) { $0 < .seconds(240) ? 0 : 10 }.count == 1)
        #expect(ledger.losses.isEmpty)
    }

    @Test func aFewThatAreMissingAmongManyAreNoNews() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(0), now: .zero)
        #expect(play(&ledger) { _ in 8 }.isEmpty)
    }

    @Test func aJobThatIsCompleteHasLostNothing() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(95), now: .zero)
        #expect(play(&ledger) { _ in 100 }.isEmpty)
        #expect(ledger.due(now: .seconds(10_000)).isEmpty)
    }

    @Test func withoutABeginningOnlyWhatComesAfterTheFirstLookCounts() {
        var ledger = SavedResultAudit()
        #expect(play(&ledger) { _ in 7 }.isEmpty)
    }

    @Test func aTaskThatIsAnsweredTwiceCountsOnce() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(0), now: .zero)
        for _ in 0..<10 { ledger.posted("1", ofJob: 1, now: .zero) }
        #expect(ledger.looked(at: 1, detail(1), now: .seconds(30)) == nil)
        #expect(ledger.looked(at: 1, detail(1), now: .seconds(200)) == nil)
    }

    @Test func aServerThatShowsNoProgressIsWatchedInVainAndNotForEver() {
        var ledger = SavedResultAudit()
        #expect(play(&ledger, minutes: 20) { _ in nil }.isEmpty)
        #expect(ledger.nextLook == nil)
    }

    @Test func theNumberOfJobsIsBounded() {
        var ledger = SavedResultAudit()
        for job in 0..<2 * SavedResultAudit.mostJobs { ledger.posted("1", ofJob: job, now: .zero) }
        #expect(ledger.due(now: .zero).count == SavedResultAudit.mostJobs)
    }

    @Test func absurdNumbersOfAServerAreNoTrap() {
        var ledger = SavedResultAudit()
        ledger.began(1, detail(.min), now: .zero)
        ledger.posted("1", ofJob: 1, now: .zero)
        _ = ledger.looked(at: 1, detail(.max, of: .max), now: .seconds(200))
        _ = ledger.looked(at: 1, detail(.min, of: .min), now: .seconds(400))
    }
}

@Suite(.timeLimit(.minutes(5))) struct SavedResultMonitorTests {
    @Test func whatDoesNotArriveIsAnErrorWithTheServersReason() async throws {
        let clock = TestClock()
        let server = ScriptedServer { _ in
            .json(
                #"{"id":1,"project":{"id":3},"progress":{"stages":[{"key":"process","progress":1.0,"params":"#
                    + #"[{"key":"processed","value":10},{"key":"remaining","value":90}]},"#
                    + #"{"key":"results","progress":0.0,"params":[]}]},"logs":{"stderr":["no such\nalgorithm","older"]}}"#
            )
        }
        let log = CapturedLog()
        let client = try makeClient(server)
        let monitor = SavedResultMonitor(client: client, clock: WaitClock(clock), logger: log.logger)
        monitor.began(1, try await client.detail(ofJob: 1))
        for id in 1...10 { monitor.posted(outgoing(id)) }
        let running = Task { await monitor.run() }
        // Look by look: a clock that runs by itself may pass the time after which the job is watched no more before anybody asks.
        while clock.now.offset < SavedResultAudit.memory {
            await clock.sleepers()
            try Task.checkCancellation()
            if monitor.problem != nil { break }
            clock.advanceToNextSleeper()
        }
        running.cancel()
        await running.value
        #expect(monitor.missing == 10)
        #expect(log.warnings.contains { $0.contains("no such algorithm") && $0.contains("\"count\": 10") })
    }

    @Test func whatCannotBeReadIsNoProgress() async throws {
        for body in [#"{"id":1}"#, #"{"id":"1","progress":5,"logs":[]}"#, #"{"id":1,"progress":{"stages":[7,null]}}"#] {
            let client = try makeClient(ScriptedServer { _ in .json(body) })
            let detail = try await client.detail(ofJob: 1)
            #expect(detail == AntennaJobDetail())
        }
        let huge =
            #"{"id":1,"project":4,"progress":{"stages":[{"key":"process","params":[{"key":"processed","#
            + #""value":9223372036854775807},{"key":"remaining","value":9223372036854775807}]},"#
            + #"{"key":"results","progress":1e300}]}}"#
        let client = try makeClient(ScriptedServer { _ in .json(huge) })
        #expect(try await client.detail(ofJob: 1) == AntennaJobDetail(projectID: 4))
    }
}
