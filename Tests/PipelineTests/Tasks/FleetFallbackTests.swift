import Concurrency
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

@Suite("Falling back from the broker to REST")
struct FleetFallbackTests {
    @Test("REST begins after the patience, and not while the broker comes and goes")
    func patience() {
        var state = FallbackState(patience: .seconds(15), now: .zero)
        #expect(state.firstLook == .look(at: .seconds(15)))
        #expect(state.broker(isThere: true, now: .seconds(1)) == .none)
        #expect(state.timePassed(now: .seconds(15)) == .none)
        #expect(state.broker(isThere: false, now: .seconds(20)) == .look(at: .seconds(35)))
        #expect(state.broker(isThere: true, now: .seconds(30)) == .none)
        #expect(state.broker(isThere: false, now: .seconds(31)) == .look(at: .seconds(46)))
        #expect(state.timePassed(now: .seconds(35)) == .look(at: .seconds(46)))
        #expect(state.timePassed(now: .seconds(46)) == .startFallback)
        #expect(state.isOnFallback)
    }

    @Test("The broker's return drains REST, and only its end counts as being back")
    func back() {
        var state = FallbackState(patience: .seconds(15), now: .zero)
        #expect(state.timePassed(now: .seconds(15)) == .startFallback)
        #expect(state.broker(isThere: true, now: .seconds(20)) == .drainFallback)
        #expect(state.broker(isThere: false, now: .seconds(25)) == .none)
        #expect(state.timePassed(now: .seconds(60)) == .none)
        #expect(state.fallbackEnded(now: .seconds(30)) == .look(at: .seconds(40)))
        #expect(state.timePassed(now: .seconds(40)) == .startFallback)
        #expect(state.broker(isThere: true, now: .seconds(41)) == .drainFallback)
        #expect(state.fallbackEnded(now: .seconds(42)) == .none)
        #expect(state.broker(isThere: false, now: .seconds(50)) == .look(at: .seconds(65)))
    }

    @Test("A fallback that fails is tried again, but not at once")
    func failing() {
        var state = FallbackState(patience: .seconds(15), restartDelay: .seconds(30), now: .zero)
        #expect(state.timePassed(now: .seconds(15)) == .startFallback)
        #expect(state.fallbackEnded(now: .seconds(16)) == .look(at: .seconds(46)))
        #expect(state.timePassed(now: .seconds(45)) == .look(at: .seconds(46)))
        #expect(state.timePassed(now: .seconds(46)) == .startFallback)
    }

    @Test("After a drain nothing begins any more")
    func draining() {
        var state = FallbackState(patience: .seconds(15), now: .zero)
        #expect(state.drain() == .none)
        #expect(state.timePassed(now: .seconds(15)) == .none)
        #expect(state.broker(isThere: false, now: .seconds(16)) == .none)
        var other = FallbackState(patience: .seconds(15), now: .zero)
        _ = other.timePassed(now: .seconds(15))
        #expect(other.drain() == .drainFallback)
    }

    /// Gives what the test puts in.
    final class Source: TaskSource, LeaseSettling {
        let name: String
        let tasks = AsyncQueue<String, Never>()
        let settled = Mutex<[String]>([])
        private let end = OneShot()

        init(_ name: String) {
            self.name = name
        }

        func run() async throws { await end.wait() }

        func next(in lane: Lane?) async -> Lease? {
            guard let id = await tasks.next(in: lane) else { return nil }
            let task = ImageTask(
                id: id,
                imageID: "1",
                imageURL: "",
                replySubject: name,
                pipeline: "p",
                lane: lane ?? .batch
            )
            return Lease(task: task, takenAt: .now, deadline: nil, settler: self, logger: Logger(label: "test"))
        }

        func drain() {
            tasks.finish()
            end.fire()
        }

        func settle(_ task: ImageTask, _ settlement: Settlement) async throws {
            settled.withLock { $0.append(task.id) }
        }
    }

    @Test("Tasks come from the broker, then over REST, then from the broker again; each is settled where it came from")
    func wholeStory() async throws {
        let (broker, rest) = (Source("broker"), Source("rest"))
        let (presence, changes) = AsyncStream.makeStream(of: Bool.self)
        let clock = TestClock()
        let abandoned = Mutex(0)
        let source = FallbackTaskSource(
            broker: broker,
            presence: presence,
            abandon: { abandoned.withLock { $0 += 1 } },
            makeFallback: { rest },
            patience: .seconds(15),
            clock: WaitClock(clock),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task { try await source.run() }
        func settleNext(_ id: String) async throws {
            let lease = try #require(await source.next())
            #expect(lease.task.id == id)
            try await lease.settle(.retry(reason: "test"))
        }
        broker.tasks.push("b1")
        try await settleNext("b1")
        await clock.sleepers()
        #expect(!source.isOnFallback)
        clock.advance(by: .seconds(15))
        rest.tasks.push("r1")
        try await settleNext("r1")
        #expect(source.isOnFallback && abandoned.withLock { $0 } == 1)
        changes.yield(true)
        // Drained by the source itself: its queue ends.
        try await eventually { !source.isOnFallback }
        broker.tasks.push("b2")
        try await settleNext("b2")
        source.drain()
        #expect(await source.next() == nil)
        try await running.value
        #expect(broker.settled.withLock { $0 } == ["b1", "b2"])
        #expect(rest.settled.withLock { $0 } == ["r1"])
    }

    @Test("Cancellation gives back what was offered and not taken")
    func cancelled() async throws {
        let broker = Source("broker")
        let (presence, _) = AsyncStream.makeStream(of: Bool.self)
        let source = FallbackTaskSource(
            broker: broker,
            presence: presence,
            abandon: {},
            makeFallback: { Source("rest") },
            patience: .seconds(15),
            clock: WaitClock(TestClock()),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task { try await source.run() }
        broker.tasks.push("b1")
        try await eventually { broker.tasks.count == 0 }
        running.cancel()
        try await eventually { broker.settled.withLock { !$0.isEmpty } }
        broker.drain()
        try await running.value
        #expect(broker.settled.withLock { $0 } == ["b1"])
        #expect(await source.next() == nil)
    }
}
