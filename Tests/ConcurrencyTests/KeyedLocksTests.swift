import Synchronization
import Testing

@testable import Concurrency

@Suite struct KeyedLocksTests {
    private struct Broken: Error {}

    @Test func theSameIsSeenToByOneTaskAtATime() async throws {
        let locks = KeyedLocks<String>()
        let inside = Inside()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await locks.withLock(for: "a") {
                        inside.enter()
                        await Task.yield()
                        inside.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.most == 1 && inside.all == 50)
    }

    @Test func othersDoNotWait() async throws {
        let locks = KeyedLocks<String>()
        let value = try await locks.withLock(for: "a") {
            try await locks.withLock(for: "b") { 7 }
        }
        #expect(value == 7)
    }

    @Test func aFailureLetsTheNextTry() async throws {
        let locks = KeyedLocks<String>()
        await #expect(throws: Broken.self) { try await locks.withLock(for: "a") { throw Broken() } }
        #expect(try await locks.withLock(for: "a") { true })
    }

    @Test func whoIsCancelledDoesNotWaitAnyLonger() async throws {
        let locks = KeyedLocks<String>()
        let held = WakeSignal()
        let entered = WakeSignal()
        let (opening, entry) = (held.next, entered.next)
        let first = Task {
            try await locks.withLock(for: "a") {
                entered.notify()
                await opening.wait()
            }
        }
        await entry.wait()
        let second = Task { try await locks.withLock(for: "a") {} }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        held.notify()
        try await first.value
    }
}

private final class Inside: Sendable {
    private let counts = Mutex((now: 0, most: 0, all: 0))

    var most: Int { counts.withLock { $0.most } }
    var all: Int { counts.withLock { $0.all } }

    func enter() {
        counts.withLock { ($0.now, $0.most, $0.all) = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
    }

    func leave() {
        counts.withLock { $0.now -= 1 }
    }
}
