import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna

/// Jobs that are forbidden, hidden, slow, or whose results would be dropped: each alone, and the others go on.
@Suite struct RESTPlannerJobsTests {
    private typealias Load = ReservationPlanner.Load
    private let one = AntennaJob(id: 1, pipeline: "moths")
    private let two = AntennaJob(id: 2, pipeline: "moths")
    private let forbidden = AntennaError(.forbidden, operation: "test", message: "no", nativeCode: 403)
    private let givenUp = AntennaError(
        .transport,
        operation: "test",
        message: "too slow",
        underlying: TransportError(.timedOut, operation: "http.post", message: "too slow")
    )

    private func planner(_ change: (inout ReservationPlanner.Limits) -> Void = { _ in }) -> ReservationPlanner {
        var limits = RESTSourceSettings.usual.plannerLimits
        change(&limits)
        return ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 1))
    }

    /// Lists `jobs` as often as the planner wants, answers reservations, and returns when each job was asked.
    private func play(
        _ planner: inout ReservationPlanner,
        for duration: Duration,
        jobs: [AntennaJob],
        load: Load = Load(),
        answer: (inout ReservationPlanner, AntennaJob, Duration) -> Void
    ) -> [Int: [Duration]] {
        var now = Duration.zero
        var asked: [Int: [Duration]] = [:]
        while now < duration {
            switch planner.step(now: now, load: load) {
            case .listJobs: planner.listed(jobs, now: now)
            case .reserve(let job, _):
                asked[job.id, default: []].append(now)
                answer(&planner, job, now)
            case .look: Issue.record("nobody asked how many images a job has")
            case .wait(let until):
                #expect(until > now)
                now = max(until, now + .milliseconds(1))
            case .finished:
                Issue.record("ended without being told to")
                return asked
            }
        }
        return asked
    }

    // MARK: Forbidden

    @Test func aForbiddenJobSleepsLongerAndLongerAndAlone() {
        var planner = planner()
        let asked = play(&planner, for: .seconds(4_000), jobs: [one, two]) { planner, job, now in
            if job.id == 1 {
                _ = planner.failed(forbidden, job: job, now: now)
            } else {
                planner.reserved(0, fresh: 0, of: job, now: now)
            }
        }
        let times = asked[1] ?? []
        let waits = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect((waits.first ?? .zero) >= .seconds(30))
        #expect(waits.allSatisfy { $0 <= .seconds(905) })
        #expect(waits.contains { $0 > .seconds(400) })
        #expect((asked[2] ?? []).count > 300)
        #expect(planner.forbiddenJobs == [1])
    }

    @Test func theFirstRefusalIsNewsAndTheNextIsNot() {
        var planner = planner()
        planner.listed([one], now: .zero)
        #expect(planner.failed(forbidden, job: one, now: .zero) == .jobForbidden(isNew: true))
        #expect(planner.failed(forbidden, job: one, now: .seconds(60)) == .jobForbidden(isNew: false))
        planner.reserved(3, fresh: 3, of: one, now: .seconds(120))
        #expect(planner.forbiddenJobs.isEmpty && planner.jobCounts.open == 1)
        #expect(planner.failed(forbidden, job: one, now: .seconds(180)) == .jobForbidden(isNew: true))
    }

    @Test func aForbiddenJobThatIsNoLongerListedIsForgotten() {
        var planner = planner()
        planner.listed([one, two], now: .zero)
        _ = planner.failed(forbidden, job: one, now: .zero)
        planner.listed([two], now: .seconds(15))
        #expect(planner.jobs.map(\.job.id) == [2])
    }

    @Test func whatTheListSaysOfRightsIsAHint() {
        var planner = planner()
        let maybe = AntennaJob(id: 3, pipeline: "moths", seemsPermitted: false)
        let ours = AntennaJob(id: 4, pipeline: "moths", seemsPermitted: true)
        planner.listed([maybe, ours, one], now: .zero)
        #expect(planner.jobs.map(\.job.id) == [4, 1, 3])
    }

    @Test(arguments: [AntennaError.Code.authentication, .forbidden])
    func withoutATokenARefusalIsAMistakeInTheSettings(_ code: AntennaError.Code) {
        var planner = planner { $0.hasToken = false }
        planner.listed([one], now: .zero)
        #expect(planner.failed(AntennaError(code, operation: "test", message: "no"), job: one, now: .zero) == .fatal)
    }

    @Test func jobsWhoseResultsMayNotBePostedAreNotAsked() {
        var planner = planner()
        let asked = play(&planner, for: .seconds(100), jobs: [one, two], load: Load(closedJobs: [1])) {
            $0.reserved(0, fresh: 0, of: $1, now: $2)
        }
        #expect(asked[1] == nil && (asked[2] ?? []).count > 5)
    }

    // MARK: Hidden

    @Test func aJobThatLeavesTheListIsAskedUntilItsOwnAnswersStayedEmptyForALease() {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.reserved(24, fresh: 24, of: one, now: .zero)
        var answers = 0
        let asked = play(&planner, for: .seconds(2_000), jobs: []) { planner, job, now in
            answers += 1
            // Two more batches come, with a hiccup between them.
            let count = answers == 1 || answers == 4 ? 24 : 0
            planner.reserved(count, fresh: count, of: job, now: now)
        }
        let times = asked[1] ?? []
        #expect(times.count > 5 && times.count < 40)
        #expect((times.last ?? .zero) >= .seconds(305) && (times.last ?? .zero) < .seconds(500))
        #expect(planner.jobs.isEmpty)
    }

    @Test func aJobThatComesBackToTheListIsAnOrdinaryOne() {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.listed([], now: .seconds(15))
        planner.reserved(0, fresh: 0, of: one, now: .seconds(16))
        planner.listed([one], now: .seconds(30))
        #expect(planner.jobs.first?.emptyAnswers == 0 && planner.jobs.first?.isListed == true)
        planner.reserved(0, fresh: 0, of: one, now: .seconds(4_000))
        planner.reserved(0, fresh: 0, of: one, now: .seconds(8_000))
        #expect(planner.jobs.count == 1)
    }

    @Test func aJobThatWasForgottenIsKnownAgainWhenATaskOfItIsGivenBack() {
        var planner = planner()
        planner.listed([], now: .zero)
        planner.expectReturn(of: one, by: .seconds(300))
        #expect(planner.jobs.map(\.job) == [one])
        planner.reserved(0, fresh: 0, of: one, now: .seconds(1))
        planner.reserved(0, fresh: 0, of: one, now: .seconds(304))
        #expect(planner.jobs.count == 1)
        planner.reserved(0, fresh: 0, of: one, now: .seconds(306))
        #expect(planner.jobs.isEmpty)
    }

    @Test func aJobThatIsGoneIsGoneWhetherListedOrNot() {
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.listed([], now: .seconds(15))
        let gone = AntennaError(.notFound, operation: "test", message: "gone", nativeCode: 404)
        #expect(planner.failed(gone, job: one, now: .seconds(16)) == .jobForgotten)
        #expect(planner.jobs.isEmpty)
    }

    @Test func anAnswerThatWasLostIsNoReasonToWaitForAJobThatIsNotListedAndWasEmpty() {
        let lost = AntennaError(.transport, operation: "test", message: "closed")
        var planner = planner()
        planner.listed([one], now: .zero)
        planner.listed([], now: .seconds(15))
        _ = planner.failed(lost, job: one, now: .seconds(20))
        #expect(planner.jobs.first?.mayReturnUntil == .seconds(325))
        planner.reserved(0, fresh: 0, of: one, now: .seconds(30))
        _ = planner.failed(lost, job: one, now: .seconds(40))
        #expect(planner.jobs.first?.mayReturnUntil == .seconds(325))
        planner.listed([one], now: .seconds(50))
        _ = planner.failed(lost, job: one, now: .seconds(60))
        #expect(planner.jobs.first?.mayReturnUntil == .seconds(365))
    }

    // MARK: Slow

    @Test func aSlowCallHoldsUpOnlyItsOwnJob() {
        var planner = planner()
        planner.listed([one, two], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .reserve(one, count: 24))
        // One after the other while calls are quick.
        #expect(planner.step(now: .seconds(1), load: Load()) == .wait(until: .seconds(2)))
        #expect(planner.step(now: .seconds(2), load: Load()) == .reserve(two, count: 24))
        planner.reserved(24, fresh: 24, of: two, now: .seconds(2))
        for second in 3..<130 {
            let now = Duration.seconds(second)
            switch planner.step(now: now, load: Load()) {
            case .listJobs: planner.listed([one, two], now: now)
            case .reserve(let job, _):
                #expect(job == two)
                planner.reserved(1, fresh: 1, of: two, now: now)
            case .look: Issue.record("nobody asked how many images a job has")
            case .wait: break
            case .finished: Issue.record("ended")
            }
        }
        planner.reserved(24, fresh: 24, of: one, now: .seconds(130))
        #expect(planner.jobs.allSatisfy { $0.askedSince == nil })
    }

    @Test func whenEveryJobHangsTheServerIsNotAskedForMoreThanItCanHold() {
        var planner = planner()
        let jobs = (1...20).map { AntennaJob(id: $0, pipeline: "moths") }
        planner.listed(jobs, now: .zero)
        var asked = 0
        var listings = 0
        for second in 0..<100 {
            switch planner.step(now: .seconds(second), load: Load()) {
            case .listJobs:
                listings += 1
                planner.listed(jobs, now: .seconds(second))
            case .reserve: asked += 1
            case .look: Issue.record("nobody asked how many images a job has")
            case .wait, .finished: break
            }
        }
        #expect(asked == 4)
        // The server sees that we live.
        #expect(listings >= 4)
    }

    @Test func aCallThatWasGivenUpIsFollowedByAPauseOfItsJobAlone() {
        var planner = planner()
        planner.listed([one, two], now: .zero)
        planner.lastCall = .zero
        #expect(planner.step(now: .zero, load: Load()) == .reserve(one, count: 24))
        #expect(planner.failed(givenUp, job: one, now: .seconds(150)) == .retried)
        #expect(planner.pausedUntil == .zero)
        let state = planner.jobs.first { $0.job == one }
        #expect((state?.readyAt ?? .zero) >= .seconds(180))
        // What it reserved may come again.
        #expect((state?.mayReturnUntil ?? .zero) >= .seconds(450))
    }

    @Test func aLookThatFailedReservedNothing() {
        var planner = planner()
        planner.listed([one], now: .zero)
        _ = planner.failed(givenUp, job: one, mayHoldTasks: false, now: .zero)
        #expect(planner.jobs.first?.mayReturnUntil == .zero)
    }

    // MARK: Unregistered

    @Test func aJobWhoseResultsWouldBeDroppedIsLookedAtNowAndThen() {
        var planner = planner()
        let asked = play(&planner, for: .seconds(600), jobs: [one, two]) { planner, job, now in
            if job.id == 1 {
                _ = planner.setAside(job, because: "not registered", now: now)
            } else {
                planner.reserved(0, fresh: 0, of: job, now: now)
            }
        }
        #expect((8...25).contains((asked[1] ?? []).count))
        #expect(planner.unregisteredReason == "not registered")
        #expect(planner.jobCounts == (open: 1, forbidden: 0, unregistered: 1))
        planner.reserved(0, fresh: 0, of: one, now: .seconds(601))
        #expect(planner.unregisteredReason == nil)
    }

    @Test func theSameReasonIsNewsOnce() {
        var planner = planner()
        planner.listed([one], now: .zero)
        let news = ["a", "a", "b"].map { planner.setAside(one, because: $0, now: .zero) }
        #expect(news == [true, false, true])
    }
}
