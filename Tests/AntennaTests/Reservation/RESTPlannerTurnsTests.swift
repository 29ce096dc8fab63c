import Telemetry
import TestSupport
import Testing

@testable import Antenna

/// Jobs of few images go first, and no other waits for them for ever.
@Suite struct RESTPlannerTurnsTests {
    private typealias Load = ReservationPlanner.Load
    private let large = AntennaJob(id: 1, pipeline: "moths")
    private let other = AntennaJob(id: 2, pipeline: "moths")
    private let small = AntennaJob(id: 3, pipeline: "moths")
    /// So much is queued that nothing more is wanted.
    private let busy = Load(queued: 24, outstanding: 24)

    private func planner(interactiveImages: Int = 5) -> ReservationPlanner {
        var limits = RESTSourceSettings.usual.plannerLimits
        limits.interactiveImages = interactiveImages
        return ReservationPlanner(limits: limits, generator: SeededGenerator(seed: 1))
    }

    /// A planner that knows how many images each job has.
    private func planner(_ images: [(AntennaJob, Int?)]) -> ReservationPlanner {
        var planner = planner()
        planner.listed(images.map(\.0), now: .zero)
        for (job, count) in images { planner.looked(at: job, images: count) }
        return planner
    }

    @Test func nothingIsLookedAtWhileNoJobIsToGoFirst() {
        var planner = planner(interactiveImages: 0)
        planner.listed([large, small], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .reserve(large, count: 24))
        #expect(!planner.isInteractive(small))
    }

    @Test func eachJobIsLookedAtOnceAndBeforeAnyIsAsked() {
        var planner = planner()
        planner.listed([large, small], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .look(large))
        planner.looked(at: large, images: 10_000)
        #expect(planner.step(now: .zero, load: Load()) == .look(small))
        planner.looked(at: small, images: 5)
        #expect(planner.isInteractive(small) && !planner.isInteractive(large))
        #expect(planner.step(now: .zero, load: Load()) == .reserve(small, count: 24))
        planner.reserved(5, fresh: 5, of: small, now: .zero)
        planner.listed([large, small], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .reserve(small, count: 24))
    }

    @Test func aJobWhoseImagesNobodyTellsIsOneOfMany() {
        var planner = planner([(large, nil), (small, 1)])
        #expect(planner.step(now: .zero, load: Load()) == .reserve(small, count: 24))
        #expect(!planner.isInteractive(large))
    }

    @Test func aJobOfFewImagesDoesNotWaitForRoom() {
        var planner = planner([(large, 10_000), (small, 5)])
        #expect(planner.step(now: .zero, load: busy) == .reserve(small, count: 5))
        planner.reserved(0, fresh: 0, of: small, now: .zero)
        guard case .wait = planner.step(now: .zero, load: busy) else {
            Issue.record("there is room for nothing more")
            return
        }
    }

    @Test func aNewJobIsLookedAtThoughThereIsNoRoom() {
        var planner = planner()
        planner.listed([small], now: .zero)
        #expect(planner.step(now: .zero, load: busy) == .look(small))
        planner.looked(at: small, images: 1)
        #expect(planner.step(now: .zero, load: busy) == .reserve(small, count: 5))
    }

    @Test func nothingIsAskedForWhileResultsHaveNowhereToGo() {
        var planner = planner([(small, 1)])
        var load = Load()
        load.isBackedUp = true
        guard case .wait = planner.step(now: .zero, load: load) else {
            Issue.record("reserved what cannot be answered")
            return
        }
    }

    @Test func beyondTwoOfThemThereIsNoRoomEither() {
        var planner = planner([(small, 5)])
        var load = busy
        load.outstanding = 24 + 4
        #expect(planner.step(now: .zero, load: load) == .reserve(small, count: 5))
        planner.reserved(5, fresh: 5, of: small, now: .zero)
        load.outstanding = 24 + 5
        guard case .wait = planner.step(now: .zero, load: load) else {
            Issue.record("more is reserved than is finished in time")
            return
        }
    }

    @Test func noJobIsPassedOverMoreThanThreeTimesInARow() {
        let jobs = (10..<20).map { AntennaJob(id: $0, pipeline: "moths") }
        var planner = planner([(large, 10_000), (other, 10_000)] + jobs.map { ($0, 2) })
        var order: [Int] = []
        for _ in 0..<20 {
            guard case .reserve(let job, _) = planner.step(now: .zero, load: Load()) else { break }
            order.append(job.id)
            planner.reserved(1, fresh: 1, of: job, now: .zero)
        }
        #expect(order.count == 20)
        #expect(order.prefix(5) == [10, 11, 12, 1, 2])
        for job in [large.id, other.id] {
            let turns = [-1] + order.indices.filter { order[$0] == job }
            // Three of those that go first, and one of the other that was passed over as often.
            #expect(zip(turns, turns.dropFirst()).allSatisfy { $1 - $0 <= 5 }, "\(order)")
        }
    }

    @Test func aJobThatWasPassedOverIsNotPassedOnForWantOfRoom() {
        let jobs = (10..<14).map { AntennaJob(id: $0, pipeline: "moths") }
        var planner = planner([(large, 10_000)] + jobs.map { ($0, 2) })
        for job in jobs.prefix(3) {
            #expect(planner.step(now: .zero, load: busy) == .reserve(job, count: 5))
            planner.reserved(1, fresh: 1, of: job, now: .zero)
        }
        guard case .wait = planner.step(now: .zero, load: busy) else {
            Issue.record("a fourth passes over the job that waits")
            return
        }
        #expect(planner.step(now: .zero, load: Load()) == .reserve(large, count: 24))
    }

    @Test func aLookThatFailsIsTriedAgain() {
        var planner = planner()
        planner.listed([small], now: .zero)
        #expect(planner.step(now: .zero, load: Load()) == .look(small))
        let error = AntennaError(.unavailable, operation: "test", message: "no", nativeCode: 503)
        _ = planner.failed(error, job: small, mayHoldTasks: false, now: .zero)
        guard case .wait(let until) = planner.step(now: .zero, load: Load()) else {
            Issue.record("asked again at once")
            return
        }
        #expect(planner.step(now: until, load: Load()) == .look(small))
    }
}
