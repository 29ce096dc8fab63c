import Concurrency
import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna
@testable import Pipeline

@Suite(.timeLimit(.minutes(5))) struct RESTTaskSourceTests {
    private let folder = TemporaryFolder()

    private func makeSource(
        _ server: ScriptedServer,
        clock: some Clock<Duration>,
        pauseSwitch: PauseSwitch = PauseSwitch(),
        change: (inout RESTSourceSettings) -> Void = { _ in }
    ) async throws -> RESTTaskSource {
        try await restSource(server, folder, clock: clock, pauseSwitch: pauseSwitch, change: change)
    }

    private func result(_ task: ImageTask) -> Settlement {
        .completed(EncodedResult(taskID: task.id, json: Array("{}".utf8), isError: false))
    }

    @Test(arguments: [
        FakeAntenna.Faults(), FakeAntenna.Faults(losesReservation: 3), FakeAntenna.Faults(losesResult: 4),
        FakeAntenna.Faults(fails: 3), FakeAntenna.Faults(losesReservation: 4, losesResult: 5, fails: 7),
    ])
    func everyTaskOfThreeJobsIsAnsweredWhateverFails(_ faults: FakeAntenna.Faults) async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 100, 2: 30, 3: 1], clock: clock, faults: faults)
        let server = ScriptedServer { request throws(TransportError) in try antenna.answer(request) }
        let source = try await makeSource(server, clock: clock) { $0.untilEmpty = true }
        let poster = try #require(source.poster as? ResultPoster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run() }
            group.addTask { await poster.run() }
            group.addTask {
                while let lease = await source.next() {
                    clock.advance(by: .milliseconds(100))
                    try await lease.settle(self.result(lease.task))
                }
                poster.finish()
            }
            try await group.waitForAll()
        }
        for job in 1...3 {
            let results = antenna.results(job: job)
            #expect(results.allSatisfy { $0 >= 1 })
            if faults.losesResult == 0 { #expect(results.allSatisfy { $0 == 1 }) }
        }
        #expect(source.outstanding == 0)
        #expect(poster.spool.count == 0)
        if faults.losesReservation == 0 { #expect(antenna.deliveries == 131) }
    }

    @Test func aPausedSourceReservesNothingUntilItGoesOn() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 40], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in try antenna.answer(request) }
        let pauseSwitch = PauseSwitch()
        pauseSwitch.set(paused: true)
        let source = try await makeSource(server, clock: clock, pauseSwitch: pauseSwitch)
        let poster = try #require(source.poster as? ResultPoster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run() }
            group.addTask { await poster.run() }
            func listings() -> Int { server.requests.count { $0.isJobs } }
            // Jobs are listed all the same, which shows the server that the worker lives.
            try await eventually { listings() >= 3 }
            #expect(!server.requests.contains { $0.isTasks })
            pauseSwitch.set(paused: false)
            let lease = try #require(await source.next())
            pauseSwitch.set(paused: true)
            // Calls are made one after the other: after the second listing from here none from before is under way.
            let seen = listings()
            try await eventually { listings() >= seen + 2 }
            let reservations = server.requests.count { $0.isTasks }
            // What was reserved is still handed out.
            try await lease.settle(result(lease.task))
            for _ in 1..<source.counters.reserved {
                let lease = try #require(await source.next())
                try await lease.settle(result(lease.task))
            }
            try await eventually { listings() >= seen + 5 }
            #expect(server.requests.count { $0.isTasks } == reservations && source.counters.reserved < 40)
            source.drain()
            poster.finish()
            try await group.waitForAll()
        }
        #expect(source.outstanding == 0)
    }

    @Test func jobsTakeTurns() async throws {
        let clock = JumpingClock()
        let antenna = FakeAntenna(jobs: [1: 200, 2: 48, 3: 48], clock: clock)
        let server = ScriptedServer { request throws(TransportError) in try antenna.answer(request) }
        let source = try await makeSource(server, clock: clock) { $0.untilEmpty = true }
        let running = Task { try await source.run() }
        var order: [Int] = []
        while let lease = await source.next() {
            order.append(lease.task.jobID ?? 0)
            clock.advance(by: .milliseconds(10))
            try await lease.settle(result(lease.task))
        }
        try await running.value
        #expect(order.count == 296)
        // The small jobs are through long before the large one.
        let lastOfSmall = try #require(order.lastIndex { $0 != 1 })
        #expect(lastOfSmall < 220)
    }

    @Test(arguments: [401, 403, 404]) func aMistakeInTheSettingsEndsItAtOnce(_ status: Int) async throws {
        let server = ScriptedServer { _ in .json(#"{"detail":"no"}"#, status: status) }
        let source = try await makeSource(server, clock: JumpingClock())
        await #expect { try await source.run() } throws: { ($0 as? AntennaError)?.status == status }
        #expect(await source.next() == nil)
    }

    @Test func aTokenRefusedLaterDoesNotEndIt() async throws {
        let calls = Atomic(0)
        let server = ScriptedServer { request in
            if calls.add(1, ordering: .relaxed).newValue == 2 { return .json("", status: 401) }
            return request.isJobs ? .jobs(1) : .tasks([1])
        }
        let source = try await makeSource(server, clock: JumpingClock())
        let running = Task { try await source.run() }
        let lease = try #require(await source.next())
        try await lease.settle(.retry(reason: "test"))
        source.drain()
        try await running.value
        #expect(server.requests.count >= 4)
    }

    @Test func drainHandsOutWhatIsReservedAndThenEnds() async throws {
        let server = ScriptedServer { $0.isJobs ? .jobs(1) : .tasks(0..<24) }
        let source = try await makeSource(server, clock: TestClock())
        let running = Task { try await source.run() }
        let first = try #require(await source.next())
        source.drain()
        try await running.value
        var leases = [first]
        while let lease = await source.next() { leases.append(lease) }
        #expect(leases.map(\.task.id) == (0..<24).map(String.init))
        #expect(server.calls.count { $0.contains("/tasks") } == 1)
        for lease in leases { try await lease.settle(.retry(reason: "test")) }
    }

    @Test func tasksReservedByACallThatWasUnderWayWhenDrainedAreHandedOut() async throws {
        let gate = Gate()
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { request in
            if request.isJobs { return .jobs(1) }
            ask.yield()
            await gate.passed()
            return .tasks([1, 2])
        }
        let source = try await makeSource(server, clock: TestClock())
        let running = Task { try await source.run() }
        var iterator = asked.makeAsyncIterator()
        await iterator.next()
        source.drain()
        async let first = source.next()
        gate.open()
        let leases = [await first, await source.next()]
        #expect(leases.compactMap { $0?.task.id } == ["1", "2"])
        #expect(await source.next() == nil)
        try await running.value
        for lease in leases { try await lease?.settle(.retry(reason: "test")) }
    }

    @Test func aListingThatNeverEndsHoldsNoStopUp() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { _ throws(TransportError) in
            ask.yield()
            for await _ in never {}
            throw TransportError(.cancelled, operation: "test", message: "given up")
        }
        // Its clock stands still, so that nothing ends by waiting long enough.
        let source = try await makeSource(server, clock: TestClock())
        let running = Task { try await source.run() }
        var iterator = asked.makeAsyncIterator()
        await iterator.next()
        source.drain()
        try await running.value
        #expect(await source.next() == nil)
    }

    @Test func asksTheServerWhileBusySoThatItSeesTheWorkerAlive() async throws {
        let clock = TestClock()
        let server = ScriptedServer { $0.isJobs ? .jobs(1) : .tasks(0..<24) }
        let source = try await makeSource(server, clock: clock)
        let running = Task { try await source.run() }
        // All 24 stay in the queue: nothing more is reserved.
        var last = 0
        for _ in 0..<5 {
            let before = clock.now.offset
            while server.requests.count == last, clock.now.offset - before <= .seconds(25) {
                await clock.sleepers()
                // It sleeps beside a call that it has begun, too: the time of that does not pass before the server has heard it.
                try await eventually { source.state.withLock(\.calls) == 0 }
                if server.requests.count == last { clock.advanceToNextSleeper() }
            }
            #expect(server.requests.count > last && clock.now.offset - before <= .seconds(25))
            last = server.requests.count
        }
        await clock.sleepers()
        #expect(server.calls.count { $0.contains("/tasks") } == 1)
        source.drain()
        try await running.value
    }

    @Test func aTaskDeliveredAgainWhileInHandIsDoneOnceUnderTheLatestSubject() async throws {
        let clock = TestClock()
        let deliveries = Atomic(0)
        let server = ScriptedServer { request in
            if request.isJobs { return .jobs(1) }
            if request.isResult { return .taken }
            let delivery = deliveries.add(1, ordering: .relaxed).newValue
            return delivery <= 2 ? .tasks([7], delivery: delivery) : .noTasks
        }
        let source = try await makeSource(server, clock: clock)
        let running = Task { try await source.run() }
        let lease = try #require(await source.next())
        try await eventually {
            if deliveries.load(ordering: .relaxed) >= 3 { return true }
            await clock.sleepers()
            clock.advanceToNextSleeper()
            return false
        }
        await clock.sleepers()
        #expect(source.outstanding == 1)
        #expect(source.counters.duplicates == 1)
        try await lease.settle(result(lease.task))
        #expect(server.requests.last { $0.isResult }?.subjects == ["ack.1.7.2"])
        source.drain()
        #expect(await source.next() == nil)
        try await running.value
    }

    @Test func aTaskWhoseResultWaitsInTheSpoolIsNotDoneAgain() async throws {
        let clock = TestClock()
        let server = ScriptedServer { request in
            if request.isJobs { return .jobs(1) }
            return request.isResult ? .json("", status: 401) : .tasks([7])
        }
        let source = try await makeSource(server, clock: clock)
        let running = Task { try await source.run() }
        let lease = try #require(await source.next())
        try await lease.settle(result(lease.task))
        let poster = try #require(source.poster as? ResultPoster)
        #expect(poster.spool.count == 1)
        #expect(source.counters.completed == 1)
        try await eventually { source.counters.duplicates > 0 }
        source.drain()
        #expect(await source.next() == nil)
        try await running.value
        #expect(source.outstanding == 0)
    }

    @Test func itIsToldThatResultsHaveNowhereToGoAndThatTheyHaveAgain() async throws {
        let clock = TestClock()
        let server = ScriptedServer { request in request.isJobs ? .jobs(1) : .tasks([7]) }
        let delivery = ScriptedDelivery()
        delivery.tell(PostingOutlook(isBackedUp: true))
        let source = RESTTaskSource(
            settings: .usual,
            client: try makeClient(server),
            poster: delivery,
            clock: WaitClock(clock),
            logger: quiet
        )
        let running = Task { try await source.run() }
        try await eventually { server.requests.contains { $0.isJobs } }
        await clock.sleepers()
        #expect(server.requests.allSatisfy { $0.isJobs })
        // The clock stands still: nothing but what is told can make it go on.
        delivery.tell(PostingOutlook())
        let lease = try #require(await source.next())
        try await lease.settle(result(lease.task))
        source.drain()
        try await running.value
    }

    @Test func tasksNotBegunBeforeTheirLeaseEndsAreDropped() async throws {
        let clock = TestClock()
        let asked = Atomic(false)
        let server = ScriptedServer { request in
            if request.isJobs { return .jobs(1) }
            return asked.exchange(true, ordering: .relaxed) ? .noTasks : .tasks(0..<24)
        }
        let source = try await makeSource(server, clock: clock)
        let running = Task { try await source.run() }
        let lease = try #require(await source.next())
        let deadline = try #require(lease.deadline)
        #expect(deadline - lease.takenAt == .seconds(300))
        clock.advance(by: .seconds(301))
        source.drain()
        #expect(await source.next() == nil)
        try await running.value
        #expect(source.counters.expired == 23)
        #expect(source.outstanding == 1)
        try await lease.settle(.retry(reason: "test"))
        #expect(source.outstanding == 0)
        #expect(source.counters.givenBack == 1)
        #expect(!server.requests.contains { $0.isResult })
    }

    @Test func bothWaitsEndWithTheirTasks() async throws {
        let server = ScriptedServer { _ in .jobs() }
        let source = try await makeSource(server, clock: TestClock())
        let running = Task { try await source.run() }
        let waiting = Task { await source.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        let other = Task { await source.next() }
        running.cancel()
        try await running.value
        #expect(await other.value == nil)
    }
}

/// Takes every result, and says of the next ones what the test wants.
private final class ScriptedDelivery: ResultPosting {
    private struct State {
        var outlook = PostingOutlook()
        var observers: [@Sendable (PostingOutlook) -> Void] = []
    }

    private let state = Mutex(State())

    func tell(_ outlook: PostingOutlook) {
        let observers = state.withLock { state in
            state.outlook = outlook
            return state.observers
        }
        for observer in observers { observer(outlook) }
    }

    func observeOutlook(_ observer: @escaping @Sendable (PostingOutlook) -> Void) {
        let outlook = state.withLock { state in
            state.observers.append(observer)
            return state.outlook
        }
        observer(outlook)
    }

    func holds(_ key: TaskKey) -> Bool { false }

    func deliver(_ result: OutgoingResult) async throws {}
}
