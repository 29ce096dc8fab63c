import Synchronization
import TestSupport
import Testing

@testable import Concurrency

@Suite("Threads of the system", .timeLimit(.minutes(5)))
struct SystemThreadTests {
    /// More than any process can have.
    private static let tooLarge = 1 << 50

    @Test func theBodyRunsOnAThreadOfThatName() async throws {
        let done = OneShot()
        let name = Mutex("")
        try SystemThread.start(name: "a-name-of-more-than-15", stackBytes: 256 << 10) {
            name.withLock { $0 = currentThreadName() }
            done.fire()
        }
        await done.wait()
        #expect(name.withLock { $0 } == "a-name-of-more-")
    }

    @Test func aThreadThatCannotBeHadIsAnErrorAndNotSilence() {
        let error = #expect(throws: SystemThread.Shortage.self) {
            try SystemThread.start(name: "none", stackBytes: Self.tooLarge) {}
        }
        #expect(error?.description.hasPrefix("no thread can be started: ") == true)
    }

    @Test func aPoolWithoutThreadsSaysSoRatherThanHaveItsCallersWait() async {
        let pool = BlockingPool(name: "none", threadCount: 3, stackBytes: Self.tooLarge)
        await #expect(throws: SystemThread.Shortage.self) { try await pool.run { 1 } }
    }
}
