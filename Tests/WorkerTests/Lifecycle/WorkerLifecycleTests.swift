import Synchronization
import Testing

@testable import Worker

@Suite("What the process is told from outside")
struct WorkerLifecycleTests {
    private final class Count: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    private let lifecycle = WorkerLifecycle()
    private let count = Count()

    @Test("a drain stops everybody who is to be told, once however often it is asked for")
    func drain() {
        let count = count
        lifecycle.whenDraining { count.add() }
        lifecycle.whenDraining { count.add() }
        #expect(!lifecycle.isDraining && count.value == 0)
        lifecycle.drain()
        #expect(lifecycle.isDraining && count.value == 2)
        lifecycle.drain()
        #expect(lifecycle.isDraining && count.value == 2)
    }

    @Test("a drain that came before there was anything to stop is not forgotten")
    func early() {
        let count = count
        lifecycle.drain()
        lifecycle.whenDraining { count.add() }
        #expect(count.value == 1)
        lifecycle.drain()
        #expect(count.value == 1)
    }

    @Test("who is told may ask whether the worker drains")
    func reentrant() {
        let (lifecycle, count) = (lifecycle, count)
        lifecycle.whenDraining { if lifecycle.isDraining { count.add() } }
        lifecycle.drain()
        #expect(count.value == 1)
    }
}
