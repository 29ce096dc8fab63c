import Synchronization
import Testing

@testable import Concurrency

@Suite struct BlockingPoolTests {
    @Test func returnsWhatTheBodyReturns() async throws {
        let pool = BlockingPool(name: "test", threadCount: 2)
        let value = try await pool.run { 41 + 1 }
        #expect(value == 42)
    }

    @Test func passesErrorsOn() async {
        struct Broken: Error {}
        let pool = BlockingPool(name: "test", threadCount: 1)
        await #expect(throws: Broken.self) { try await pool.run { throw Broken() } }
    }

    @Test func neverRunsMoreAtOnceThanItHasThreads() async throws {
        let pool = BlockingPool(name: "test", threadCount: 3)
        let running = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await pool.run {
                        running.enter()
                        running.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.most <= 3)
        #expect(running.now == 0)
    }

    @Test func aTaskCancelledBeforeItsTurnIsNotStarted() async throws {
        let pool = BlockingPool(name: "test", threadCount: 1)
        let gate = WorkGate()
        let first = Task { try await pool.run { gate.waitUntilOpen() } }
        await gate.waitUntilEntered()
        let started = Atomic(false)
        let second = Task { try await pool.run { started.store(true, ordering: .relaxed) } }
        second.cancel()
        gate.open()
        try await first.value
        await #expect(throws: CancellationError.self) { try await second.value }
        let wasStarted = started.load(ordering: .relaxed)
        #expect(!wasStarted)
    }

    @Test(arguments: [1, 3], [0, 1, 2, 100])
    func sharedWorkIsDoneOnceAPart(threads: Int, count: Int) {
        let pool = BlockingPool(name: "test", threadCount: threads)
        let done = Mutex([Int]())
        pool.share(count) { part in done.withLock { $0.append(part) } }
        #expect(done.withLock { $0.sorted() } == Array(0..<count))
    }

    @Test func sharedWorkWaitsForNoThreadThatIsBusy() async throws {
        let pool = BlockingPool(name: "test", threadCount: 1)
        let gate = WorkGate()
        let first = Task { try await pool.run { gate.waitUntilOpen() } }
        await gate.waitUntilEntered()
        let done = Atomic(0)
        pool.share(20) { _ in done.add(1, ordering: .relaxed) }
        #expect(done.load(ordering: .relaxed) == 20)
        gate.open()
        try await first.value
        // The help that comes late finds nothing, and the pool goes on.
        #expect(try await pool.run { 7 } == 7)
    }

    @Test func whatTheBodyHeldIsFreeWhenTheCallReturns() async throws {
        final class Held: Sendable {}
        let pool = BlockingPool(name: "test", threadCount: 1)
        for _ in 0..<500 {
            weak var seen: Held?
            do {
                let held = Held()
                seen = held
                try await pool.run { withExtendedLifetime(held) {} }
            }
            #expect(seen == nil)
        }
    }

    @Test func aQueueThatIsNeverEmptyKeepsNothingOfWhatHasRun() {
        let queue = WorkQueue()
        let living = Gauge()
        let count = 20_000
        let added = Atomic(2)
        // Two chains, each of which adds its next link before the other's is done: something always waits.
        @Sendable func addLink() {
            let link = Link(living)
            queue.add {
                withExtendedLifetime(link) {}
                if added.add(1, ordering: .relaxed).newValue < count { addLink() } else { queue.close() }
            }
        }
        addLink()
        addLink()
        queue.drainUntilClosed()
        #expect(living.most <= 4)
        #expect(living.now == 0)
    }

    @Test func anActorOnItsOwnThreadStaysOnIt() async throws {
        let resident = try Resident()
        let first = await resident.threadIdentity()
        let second = await resident.threadIdentity()
        #expect(first == second)
        #expect(await resident.isIsolated())
    }
}

private final class Gauge: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var now: Int { counts.withLock { $0.now } }
    var most: Int { counts.withLock { $0.most } }

    func enter() {
        counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() {
        counts.withLock { $0.now -= 1 }
    }
}

/// Counts how many of its kind there are.
private final class Link: Sendable {
    private let living: Gauge

    init(_ living: Gauge) {
        self.living = living
        living.enter()
    }

    deinit {
        living.leave()
    }
}

private actor Resident {
    private let executor: SerialThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init() throws {
        executor = try SerialThreadExecutor(name: "resident")
    }

    func threadIdentity() -> UInt { currentThreadIdentity() }
    func isIsolated() -> Bool {
        preconditionIsolated()
        return true
    }
}
