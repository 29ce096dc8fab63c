import Concurrency
import Pipeline
import Testing

@Suite struct BatcherStateTests {
    private typealias State = BatcherState<String, Int>
    private let start = ContinuousClock.now

    @Test func aFullBatchGoesAtOnce() {
        var state = State(capacity: { _ in 2 }, linger: .seconds(1), engineCount: 1)
        enter(&state, 3)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [])
        #expect(dispatched(state.submit(2, 2, key: "a", now: start)) == [Batch(0, "a", [1, 2])])
    }

    @Test func sizesDoNotMix() {
        var state = State(capacity: { _ in 2 }, linger: .seconds(1), engineCount: 1)
        enter(&state, 4)
        #expect(dispatched(state.submit(1, 1, key: "wide", now: start)) == [])
        #expect(dispatched(state.submit(2, 2, key: "tall", now: start)) == [])
        #expect(dispatched(state.submit(3, 3, key: "tall", now: start)) == [Batch(0, "tall", [2, 3])])
        #expect(state.waitingCount == 1)
    }

    @Test func aBatchIsFullByWeightAndHoldsNoMore() {
        var state = State(capacity: { $0 == "boxes" ? 10 : 2 }, linger: .seconds(60), engineCount: 2)
        enter(&state, 6)
        #expect(dispatched(state.submit(1, 1, key: "boxes", weight: 4, now: start)) == [])
        #expect(dispatched(state.submit(2, 2, key: "images", now: start)) == [])
        #expect(dispatched(state.submit(3, 3, key: "boxes", weight: 5, now: start)) == [])
        #expect(dispatched(state.submit(4, 4, key: "boxes", weight: 7, now: start)) == [Batch(0, "boxes", [1, 3])])
        #expect(state.withdraw(4, now: start) == 4)
        // What was withdrawn weighs nothing.
        #expect(dispatched(state.submit(5, 5, key: "boxes", weight: 9, now: start)) == [])
        #expect(dispatched(state.submit(6, 6, key: "images", now: start)) == [Batch(1, "images", [2, 6])])
    }

    @Test func theLastImageOfADryQueueDoesNotWait() {
        var state = State(capacity: { _ in 8 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 2)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [])
        #expect(dispatched(state.submit(2, 2, key: "a", now: start)) == [Batch(0, "a", [1, 2])])
    }

    @Test func aNeighbourThatFailsUpstreamReleasesTheBatch() {
        var state = State(capacity: { _ in 8 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 2)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [])
        #expect(dispatched(state.upstreamLeft(now: start)) == [Batch(0, "a", [1])])
    }

    @Test func whenMemoryIsShortTheBatchGoesAsItIs() {
        var state = State(capacity: { _ in 8 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 3)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [])
        #expect(dispatched(state.upstreamBlocked(now: start)) == [])
        #expect(dispatched(state.upstreamBlocked(now: start)) == [Batch(0, "a", [1])])
    }

    @Test func theLingerCountsFromTheOldestImage() {
        var state = State(capacity: { _ in 8 }, linger: .milliseconds(100), engineCount: 1)
        enter(&state, 9)
        let first = state.submit(1, 1, key: "a", now: start)
        #expect(timers(first) == [start + .milliseconds(100)])
        let second = state.submit(2, 2, key: "a", now: start + .milliseconds(90))
        #expect(timers(second) == [], "one timer is enough")
        #expect(
            dispatched(state.timerFired(now: start + .milliseconds(100))) == [Batch(0, "a", [1, 2])]
        )
    }

    @Test func aTimerThatFiresEarlySetsAnother() {
        var state = State(capacity: { _ in 8 }, linger: .milliseconds(100), engineCount: 1)
        enter(&state, 9)
        _ = state.submit(1, 1, key: "a", now: start)
        let actions = state.timerFired(now: start + .milliseconds(99))
        #expect(dispatched(actions) == [])
        #expect(timers(actions) == [start + .milliseconds(100)])
    }

    @Test func aBusyEngineTakesOneFullBatchAheadAndNoPartOfOne() {
        var state = State(capacity: { _ in 2 }, linger: .zero, engineCount: 1)
        enter(&state, 9)
        _ = state.submit(1, 1, key: "a", now: start)
        #expect(dispatched(state.submit(2, 2, key: "a", now: start)) == [])
        #expect(dispatched(state.submit(3, 3, key: "a", now: start)) == [Batch(0, "a", [2, 3])])
        #expect(dispatched(state.submit(4, 4, key: "a", now: start)) == [])
        #expect(dispatched(state.submit(5, 5, key: "a", now: start)) == [])
        #expect(dispatched(state.engineFinished(0, now: start)) == [Batch(0, "a", [4, 5])])
        #expect(state.waitingCount == 0)
    }

    @Test func whileNoEngineIsIdleNoTimerIsNeeded() {
        var state = State(capacity: { _ in 2 }, linger: .zero, engineCount: 1)
        enter(&state, 9)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [Batch(0, "a", [1])])
        #expect(timers(state.submit(2, 2, key: "a", now: start)) == [])
    }

    @Test func whatIsLeftOfABatchThatOthersHadPassedWaitsAnew() {
        var state = State(capacity: { _ in 2 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 99)
        _ = state.submit(0, 0, key: "rare", now: start)
        for item in 1...8 { _ = state.submit(UInt64(item), item, key: "common", now: start + .milliseconds(1)) }
        for _ in 0..<2 { _ = state.engineFinished(0, now: start) }
        for item in 10...11 { _ = state.submit(UInt64(item), item, key: "rare", now: start + .milliseconds(2)) }
        #expect(dispatched(state.engineFinished(0, now: start)) == [Batch(0, "rare", [0, 10])])
        #expect(dispatched(state.engineFinished(0, now: start)) == [])
        #expect(state.waitingCount == 1)
    }

    @Test func enginesShareTheWork() {
        var state = State(capacity: { _ in 1 }, linger: .zero, engineCount: 2)
        enter(&state, 5)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [Batch(0, "a", [1])])
        #expect(dispatched(state.submit(2, 2, key: "a", now: start)) == [Batch(1, "a", [2])])
        #expect(dispatched(state.submit(3, 3, key: "a", now: start)) == [Batch(0, "a", [3])])
        #expect(dispatched(state.submit(4, 4, key: "a", now: start)) == [Batch(1, "a", [4])])
        #expect(dispatched(state.submit(5, 5, key: "a", now: start)) == [])
    }

    @Test func aRareSizeIsNotStarvedByACommonOne() {
        var state = State(capacity: { _ in 2 }, linger: .milliseconds(10), engineCount: 1)
        enter(&state, 99)
        _ = state.submit(0, 0, key: "rare", now: start)
        for item in 1...4 {
            _ = state.submit(UInt64(item), item, key: "common", now: start + .milliseconds(1))
        }
        _ = state.submit(5, 5, key: "common", now: start + .milliseconds(2))
        _ = state.engineFinished(0, now: start + .milliseconds(20))
        #expect(dispatched(state.engineFinished(0, now: start + .milliseconds(20))) == [Batch(0, "rare", [0])])
    }

    @Test func aRareSizeIsNotStarvedByACommonOneThatKeepsTheEngineBusy() {
        var state = State(capacity: { _ in 2 }, linger: .milliseconds(10), engineCount: 1)
        enter(&state, 99)
        _ = state.submit(0, 0, key: "rare", now: start)
        for item in 1...30 {
            _ = state.submit(UInt64(item), item, key: "common", now: start + .milliseconds(1))
        }
        // Two of the common size are with the engine, and it always takes the next before it has finished what it has.
        let keys = (3...8).flatMap { _ in dispatched(state.engineFinished(0, now: start + .seconds(60))).map(\.key) }
        #expect(keys == ["common", "common", "rare", "common", "common", "common"])
    }

    @Test func aSizeThatHasGoneIsAsPatientAsBefore() {
        var state = State(capacity: { _ in 2 }, linger: .milliseconds(10), engineCount: 1)
        enter(&state, 99)
        var keys: [String] = []
        for round in 0..<14 {
            let now = start + .seconds(round)
            if round == 0 || keys.last == "rare" {
                keys += dispatched(state.submit(UInt64(100 + round), 0, key: "rare", now: now)).map(\.key)
            }
            for item in [2 * round, 2 * round + 1] {
                keys += dispatched(state.submit(UInt64(item), item, key: "common", now: now)).map(\.key)
            }
            if round > 1 { keys += dispatched(state.engineFinished(0, now: now)).map(\.key) }
        }
        #expect(keys.split(separator: "rare").map(\.count) == [4, 4, 4])
    }

    @Test func anImageThatIsWithdrawnIsInNoBatch() {
        var state = State(capacity: { _ in 2 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 9)
        _ = state.submit(1, 1, key: "a", now: start)
        #expect(state.withdraw(1, now: start) == 1)
        #expect(state.withdraw(1, now: start) == nil)
        #expect(state.waitingCount == 0)
        _ = state.submit(2, 2, key: "a", now: start)
        #expect(dispatched(state.submit(3, 3, key: "a", now: start)) == [Batch(0, "a", [2, 3])])
        #expect(state.withdraw(2, now: start) == nil, "it is with the engine")
    }

    // MARK: Demand

    @Test func timeCountsForEnginesThatHaveOrCouldHaveABatch() {
        var state = State(capacity: { _ in 2 }, linger: .seconds(60), engineCount: 2)
        let at = { (seconds: Int) in start + .seconds(seconds) }
        enter(&state, 9)
        // Nothing is there to run for ten seconds, then an image waits for others while two engines are idle.
        _ = state.submit(1, 1, key: "a", now: at(10))
        #expect(state.demand.time(now: at(10)) == .zero)
        #expect(state.demand.time(now: at(13)) == .seconds(3))
        // The second makes a batch: one engine has it, and nothing is there for the other.
        #expect(dispatched(state.submit(2, 2, key: "a", now: at(15))) == [Batch(0, "a", [1, 2])])
        #expect(state.demand.time(now: at(20)) == .seconds(10))
        // A third could be with the other engine.
        _ = state.submit(3, 3, key: "a", now: at(20))
        #expect(state.demand.time(now: at(21)) == .seconds(12))
        #expect(state.withdraw(3, now: at(22)) == 3)
        _ = state.engineFinished(0, now: at(30))
        #expect(state.demand.time(now: at(99)) == .seconds(22))
    }

    // MARK: Lanes

    @Test func whatSomebodyWaitsForWaitsForNoOthersAndGoesAlone() {
        var state = State(capacity: { _ in 8 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 9)
        #expect(dispatched(state.submit(1, 1, key: "a", now: start)) == [])
        #expect(dispatched(state.submit(2, 2, key: "a", lane: .interactive, now: start)) == [Batch(0, "a", [2])])
        #expect(state.waitingCount == 1)
        #expect(dispatched(state.engineFinished(0, lane: .interactive, now: start)) == [])
    }

    @Test func itGoesBeforeFullBatchesAndToAnEngineThatIsFull() {
        var state = State(capacity: { _ in 1 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 9)
        for item in 1...4 { _ = state.submit(UInt64(item), item, key: "a", now: start) }
        #expect(state.waitingCount == 2)
        #expect(dispatched(state.submit(5, 5, key: "b", lane: .interactive, now: start)) == [Batch(0, "b", [5])])
        // One beyond the depth, and no more.
        #expect(dispatched(state.submit(6, 6, key: "b", lane: .interactive, now: start)) == [])
        #expect(dispatched(state.submit(7, 7, key: "b", lane: .interactive, now: start)) == [])
        #expect(dispatched(state.engineFinished(0, now: start)) == [])
        #expect(dispatched(state.engineFinished(0, lane: .interactive, now: start)) == [Batch(0, "b", [6])])
        #expect(dispatched(state.engineFinished(0, now: start)) == [Batch(0, "b", [7])])
    }

    @Test func thoseThatComeTogetherWhileItIsBusyGoTogether() {
        var state = State(capacity: { _ in 2 }, linger: .seconds(60), engineCount: 1)
        enter(&state, 9)
        for item in 1...4 { _ = state.submit(UInt64(item), item, key: "a", now: start) }
        #expect(dispatched(state.submit(5, 5, key: "a", lane: .interactive, now: start)) == [Batch(0, "a", [5])])
        for item in 6...8 { _ = state.submit(UInt64(item), item, key: "a", lane: .interactive, now: start) }
        #expect(dispatched(state.engineFinished(0, lane: .interactive, now: start)) == [Batch(0, "a", [6, 7])])
    }

    @Test func aFloodOfItDoesNotStarveTheOthers() {
        var state = State(capacity: { _ in 1 }, linger: .zero, engineCount: 1)
        enter(&state, 200)
        for item in 0..<8 { _ = state.submit(UInt64(item), item, key: "a", now: start) }
        for item in 100..<140 { _ = state.submit(UInt64(item), item, key: "a", lane: .interactive, now: start) }
        // Two of the many and one of the flood are with the engine; it does whatever it has in the order in which it got it.
        var inHand: [Lane] = [.batch, .batch, .interactive]
        var others = 0
        for _ in 0..<32 {
            let lane = inHand.removeFirst()
            for case .dispatch(_, _, let next, _) in state.engineFinished(0, lane: lane, now: start) {
                inHand.append(next)
                if next == .batch { others += 1 }
            }
        }
        #expect(others == 6, "all of them, and before the flood is over")
        #expect(state.waitingCount > 0)
    }

    @Test func ofSeveralEnginesTheLeastBusyTakesIt() {
        var state = State(capacity: { _ in 1 }, linger: .zero, engineCount: 2)
        enter(&state, 9)
        for item in 1...4 { _ = state.submit(UInt64(item), item, key: "a", now: start) }
        _ = state.engineFinished(1, now: start)
        #expect(dispatched(state.submit(5, 5, key: "a", lane: .interactive, now: start)) == [Batch(1, "a", [5])])
        #expect(dispatched(state.submit(6, 6, key: "a", lane: .interactive, now: start)) == [Batch(0, "a", [6])])
        #expect(state.withdraw(6, now: start) == nil)
        _ = state.submit(7, 7, key: "a", lane: .interactive, now: start)
        #expect(state.withdraw(7, now: start) == 7)
    }

    private func enter(_ state: inout State, _ count: Int) {
        for _ in 0..<count {
            state.upstreamEntered()
        }
    }

    private struct Batch: Equatable {
        let engine: Int
        let key: String
        let items: [Int]

        init(_ engine: Int, _ key: String, _ items: [Int]) {
            self.engine = engine
            self.key = key
            self.items = items
        }
    }

    private func dispatched(_ actions: [State.Action]) -> [Batch] {
        actions.compactMap { action in
            if case .dispatch(let engine, let key, _, let items) = action { Batch(engine, key, items) } else { nil }
        }
    }

    private func timers(_ actions: [State.Action]) -> [ContinuousClock.Instant] {
        actions.compactMap { action in
            if case .setTimer(let instant) = action { instant } else { nil }
        }
    }
}
