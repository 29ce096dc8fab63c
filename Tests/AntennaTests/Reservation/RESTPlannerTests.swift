import Telemetry
import TestSupport
import Testing

@testable import Antenna

@Suite struct RESTPlannerTests {
    private typealias Load = ReservationPlanner.Load
    private let one = AntennaJob(id: 1, pipeline: "moths")
    private let two = AntennaJob(id: 2, pipeline: "moths")
    private let three = AntennaJob(id: 3, pipeline: "bees")

    private func planner(_ change: (inout ReservationPlanner.Limits) -> Void = { _ in }) -> ReservationPlanner {
        var limits = RESTSourceSettings.usual.plannerLimits
        change(&limits)
        return ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 1))
    }

    private func error(_ code: AntennaError.Code, status: Int32? = nil, retryAfter: Duration? = nil) -> AntennaError {
        AntennaError(code, operation: "test", message: "test", nativeCode: status, retryAfter: retryAfter)
    }

    @Test func listsFirstThenReservesRoundRobin() {
        var planner = planner()
        #expect(planner.step(now: .zero, load: Load()) == .listJobs)
        planner.listed([one, two, three], now: .zero)
        var order: [Int] = []
        for _ in 0..<7 {
            guard case .reserve(let job, 24) = planner.step(now: .zero, load: Load()) else { break }
            order.append(job.id)
            planner.reserved(24, fresh: 24, of: job, now: .zero)
        }
        #expect(order == [1, 2, 3, 1, 2, 3, 1])
    }

    @Test func theTurnSurvivesANewListing() {
        var planner = planner()
        planner.listed([one, two, three], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .reserve(one, count: 24))
        planner.reserved(24, fresh: 24, of: one, now: .zero)
        planner.listed([one, two, three], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .reserve(two, count: 24))
    }

    @Test func anEmptyJobIsAskedLessOftenButForEver() {
        var planner = planner { $0.livenessInterval = .seconds(1_000_000) }
        planner.listed([one], now: .zero)
        planner.nextListing = .seconds(1_000_000)
        var now = Duration.zero
        var waits: [Duration] = []
        for _ in 0..<12 {
            planner.lastCall = now
            #expect(planner.step(now: now, load: Load()) == .reserve(one, count: 24))
            planner.reserved(0, fresh: 0, of: one, now: now)
            guard case .wait(let until) = planner.step(now: now, load: Load()) else {
                Issue.record("an empty job is asked again at once")
                return
            }
            waits.append(until - now)
            now = until
        }
        for (index, wait) in waits.enumerated() {
            let bound = min(Duration.seconds(1 << index), .seconds(10))
            #expect(wait >= bound / 2 && wait <= bound)
        }
        planner.reserved(3, fresh: 3, of: one, now: now)
        #expect(planner.step(now: now, load: Load()) == .reserve(one, count: 24))
    }

    @Test func aServerThatRepeatsItselfIsNotAskedWithoutEnd() {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.lastCall = .zero
        planner.reserved(24, fresh: 0, of: one, now: .zero)
        guard case .wait(let until) = planner.step(now: .zero, load: Load()) else {
            Issue.record("does not wait")
            return
        }
        #expect(until >= .milliseconds(500))
    }

    @Test func emptyJobsDoNotHoldUpFullOnes() {
        var planner = planner()
        planner.listed([one, two], now: .zero)
        planner.lastCall = .zero
        #expect(planner.step(now: .zero, load: Load()) == .reserve(one, count: 24))
        planner.reserved(0, fresh: 0, of: one, now: .zero)
        for _ in 0..<3 {
            #expect(planner.step(now: .milliseconds(100), load: Load()) == .reserve(two, count: 24))
            planner.reserved(24, fresh: 24, of: two, now: .milliseconds(100))
        }
    }

    @Test(
        arguments: [
            // Nothing measured: one batch, whatever is queued.
            (0, 0, nil, 24), (0, 10, nil, 14), (0, 18, nil, 6), (0, 19, nil, 0), (0, 24, nil, 0), (12, 12, nil, 0),
            // 0.5/s × 150 s = 75 may be outstanding.
            (0, 0, 0.5, 24), (0, 60, 0.5, 15), (0, 75, 0.5, 0), (0, 1000, 0.5, 0),
            // Slower than one in half a lease: one at a time.
            (0, 0, 0.001, 1), (0, 1, 0.001, 0),
            // Fast: never more than a batch in a call, and not while the next second is queued.
            (11, 100, 2.0, 24), (12, 100, 2.0, 0), (39, 200, 40.0, 24), (40, 200, 40.0, 0),
        ] as [(Int, Int, Double?, Int)]
    )
    func reservesWhatFitsIntoHalfALease(queued: Int, outstanding: Int, rate: Double?, expected: Int) {
        #expect(planner().room(Load(queued: queued, outstanding: outstanding, ratePerSecond: rate)) == expected)
    }

    @Test func reservesNothingWhileResultsHaveNowhereToGo() {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.lastCall = .zero
        let load = Load(isBackedUp: true)
        guard case .wait(let until) = planner.step(now: .zero, load: load) else {
            Issue.record("asked for something")
            return
        }
        #expect(planner.step(now: until, load: load) == .listJobs)
    }

    @Test(arguments: [0, 24]) func asksSomethingAtLeastEvery25Seconds(outstanding: Int) {
        var planner = planner {
            $0.jobRefreshInterval = .seconds(3600)
            $0.maximumIdleDelay = .seconds(3600)
        }
        let load = Load(queued: outstanding, outstanding: outstanding)
        var now = Duration.zero
        var lastCall = Duration.zero
        for _ in 0..<200 {
            switch planner.step(now: now, load: load) {
            case .listJobs:
                #expect(now - lastCall <= .seconds(25))
                lastCall = now
                planner.listed([one], now: now)
            case .reserve(let job, _):
                #expect(now - lastCall <= .seconds(25))
                lastCall = now
                planner.reserved(0, fresh: 0, of: job, now: now)
            case .look: Issue.record("nobody asked how many images a job has")
            case .wait(let until):
                #expect(until > now)
                now = until
            case .finished:
                Issue.record("ended without being told to")
            }
        }
        #expect(now > .seconds(300))
    }

    @Test func retryAfterIsHonoured() {
        for code in [AntennaError.Code.rateLimited, .unavailable] {
            var planner = planner()
            planner.listed([one], now: .zero)
            planner.lastCall = .zero
            let verdict = planner.failed(error(code, status: 503, retryAfter: .seconds(90)), job: one, now: .zero)
            #expect(verdict == .retried)
            guard case .wait(let until) = planner.step(now: .seconds(1), load: Load()) else {
                Issue.record("does not wait")
                return
            }
            #expect(until >= .seconds(90) && until <= .seconds(91))
            #expect(planner.step(now: until, load: Load()) == .listJobs)
        }
    }

    @Test func anAbsurdRetryAfterIsBounded() {
        var planner = planner()
        planner.listed([one], now: .zero)
        _ = planner.failed(error(.rateLimited, retryAfter: .seconds(100_000_000)), job: one, now: .zero)
        #expect(planner.pausedUntil <= .seconds(601))
    }

    @Test(arguments: [AntennaError.Code.authentication, .notFound, .configuration, .refused])
    func whatNoRetryCanMendIsFatalAtTheFirstCallOnly(_ code: AntennaError.Code) {
        var fresh = planner()
        #expect(fresh.step(now: .zero, load: Load()) == .listJobs)
        #expect(fresh.failed(error(code), job: nil, now: .zero) == .fatal)
        var old = planner()
        old.listed([one], now: .zero)
        #expect(old.failed(error(code), job: nil, now: .zero) == .retried)
    }

    @Test func aRefusedTokenIsTriedAgainSlowly() {
        var planner = planner()
        planner.listed([one], now: .zero)
        _ = planner.failed(error(.authentication, status: 401), job: one, now: .zero)
        #expect(planner.pausedUntil >= .seconds(30))
    }

    @Test func aServerThatIsAwayIsTriedLessAndLess() {
        var planner = planner()
        var now = Duration.zero
        for attempt in 0..<8 {
            #expect(planner.step(now: now, load: Load()) == .listJobs)
            #expect(planner.failed(error(.transport), job: nil, now: now) == .retried)
            guard case .wait(let until) = planner.step(now: now, load: Load()) else {
                Issue.record("does not wait")
                return
            }
            let bound = min(Duration.seconds(1 << attempt), .seconds(30))
            #expect(until - now >= bound / 2 && until - now <= bound)
            now = until
        }
    }

    @Test func aJobThatIsGoneIsForgottenAndAFaultyOneLeavesOthersAlone() {
        var planner = planner()
        planner.listed([one, two, three], now: .zero)
        planner.lastCall = .zero
        #expect(planner.failed(error(.notFound, status: 404), job: one, now: .zero) == .jobForgotten)
        #expect(planner.failed(error(.unavailable, status: 500), job: two, now: .zero) == .retried)
        #expect(planner.step(now: .zero, load: Load()) == .reserve(three, count: 24))
        #expect(planner.jobs.map(\.job.id) == [2, 3])
    }

    @Test func drainEndsIt() {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.drain()
        #expect(planner.step(now: .zero, load: Load(outstanding: 3)) == .finished)
    }
}

@Suite struct RESTUntilEmptyTests {
    private typealias Load = ReservationPlanner.Load
    private let one = AntennaJob(id: 1, pipeline: "moths")
    private let two = AntennaJob(id: 2, pipeline: "moths")

    private func planner() -> ReservationPlanner {
        var limits = RESTSourceSettings.usual.plannerLimits
        limits.untilEmpty = true
        return ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 2))
    }

    /// Plays a server until the planner is finished, and returns what was called and when it ended.
    private func play(
        _ planner: inout ReservationPlanner,
        from start: Duration = .zero,
        jobs: [AntennaJob],
        load: Load = Load(),
        tasks: (AntennaJob, Int) -> Int = { _, _ in 0 }
    ) -> (calls: [String], end: Duration?) {
        var now = start
        var calls: [String] = []
        for _ in 0..<500 {
            switch planner.step(now: now, load: load) {
            case .listJobs:
                calls.append("list")
                planner.listed(jobs, now: now)
            case .reserve(let job, _):
                let count = tasks(job, calls.count { $0 == "\(job.id)" })
                planner.reserved(count, fresh: count, of: job, now: now)
                calls.append("\(job.id)")
            case .look: Issue.record("nobody asked how many images a job has")
            case .wait(let until):
                now = until
            case .finished:
                return (calls, now)
            }
        }
        return (calls, nil)
    }

    @Test func endsAfterTwoEmptyRounds() {
        var planner = planner()
        let (calls, end) = play(&planner, jobs: [one, two])
        #expect(calls == ["list", "1", "2", "list", "1", "2"])
        #expect(end.map { $0 <= .seconds(2) } == true)
    }

    @Test func endsWithoutJobsAfterTwoListings() {
        var planner = planner()
        #expect(play(&planner, jobs: []).calls == ["list", "list"])
    }

    @Test func aHiccupBetweenTasksDoesNotEndIt() {
        var planner = planner()
        // Job 1 is empty once, then has tasks, then is drained.
        let (calls, end) = play(&planner, jobs: [one]) { _, asked in asked == 1 ? 5 : 0 }
        #expect(end != nil)
        #expect(calls.count { $0 == "1" } >= 4)
    }

    @Test func doesNotEndWhileSomethingIsInHand() {
        var planner = planner()
        #expect(play(&planner, jobs: [one], load: Load(outstanding: 1)).end == nil)
    }

    @Test func waitsForTasksThatWereGivenBackOrLostUntilTheirLeaseIsOver() throws {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.expectReturn(of: one, by: .seconds(300))
        let lost = AntennaError(.transport, operation: "test", message: "closed")
        _ = planner.failed(lost, job: one, now: .seconds(100))
        let end = try #require(play(&planner, from: .seconds(100), jobs: [one]).end)
        #expect(end >= .seconds(405))
        #expect(end <= .seconds(430))
    }

    @Test func waitsForReturnsOfAJobThatIsNoLongerListed() throws {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.expectReturn(of: one, by: .seconds(300))
        // The list hides jobs of which many images have failed.
        let end = try #require(play(&planner, jobs: []).end)
        #expect(end >= .seconds(305) && end <= .seconds(330))
    }

    @Test func endsAlthoughAJobIsForbiddenAndNamesIt() {
        var planner = planner()
        planner.listed([one, two], now: .zero)
        let forbidden = AntennaError(.forbidden, operation: "test", message: "no", nativeCode: 403)
        #expect(planner.failed(forbidden, job: two, now: .zero) == .jobForbidden(isNew: true))
        let (calls, end) = play(&planner, jobs: [one, two])
        #expect(calls == ["1", "list", "1"])
        #expect(end.map { $0 <= .seconds(2) } == true)
        #expect(planner.forbiddenJobs == [2])
    }

    @Test func endsAlthoughNothingMayBePostedForAJob() {
        var planner = planner()
        let (calls, end) = play(&planner, jobs: [one, two], load: Load(closedJobs: [2]))
        #expect(calls == ["list", "1", "list", "1"] && end != nil)
    }

    @Test func waitsForTheTasksOfOthersWhereToldTo() throws {
        var limits = RESTSourceSettings.usual.plannerLimits
        limits.untilEmpty = true
        limits.waitsForOthers = true
        var planner = ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 2))
        let end = try #require(play(&planner, jobs: [one, two]).end)
        #expect(end >= .seconds(305) && end <= .seconds(330))
        // Where there is no job nobody can hold anything.
        var idle = ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 2))
        #expect(try #require(play(&idle, jobs: []).end) <= .seconds(5))
    }

    @Test func aTaskThatComesBackFromAnotherWorkerStartsTheWaitAnew() throws {
        var limits = RESTSourceSettings.usual.plannerLimits
        limits.untilEmpty = true
        limits.waitsForOthers = true
        var planner = ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 2))
        let end = try #require(play(&planner, jobs: [one]) { _, asked in asked == 20 ? 3 : 0 }.end)
        // Twenty calls at ten seconds at most, and a lease after the last of them.
        #expect(end >= .seconds(400))
    }
}
