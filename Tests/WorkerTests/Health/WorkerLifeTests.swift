import Synchronization
import Testing

@testable import Worker

@Suite("What the process is told from outside")
struct WorkerLifeTests {
    private final class Count: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    private let life = WorkerLife()
    private let count = Count()

    @Test("a drain stops everybody who is to be told, once however often it is asked for")
    func drain() {
        let count = count
        life.whenDraining { count.add() }
        life.whenDraining { count.add() }
        #expect(!life.isDraining && count.value == 0)
        life.drain()
        #expect(life.isDraining && count.value == 2)
        life.drain()
        #expect(life.isDraining && count.value == 2)
    }

    @Test("a drain that came before there was anything to stop is not forgotten")
    func early() {
        let count = count
        life.drain()
        life.whenDraining { count.add() }
        #expect(count.value == 1)
        life.drain()
        #expect(count.value == 1)
    }

    @Test("who is told may ask whether the worker drains")
    func reentrant() {
        let (life, count) = (life, count)
        life.whenDraining { if life.isDraining { count.add() } }
        life.drain()
        #expect(count.value == 1)
    }
}
