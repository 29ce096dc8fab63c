import Concurrency
import Testing

@Suite struct WakeSignalTests {
    @Test func aChangeBetweenTheLookAndTheWaitIsNotMissed() async {
        let signal = WakeSignal()
        let seen = signal.generation
        signal.notify()
        await signal.wait(after: seen)
        #expect(signal.generation == seen + 1)
    }

    @Test func wakesEveryoneWhoWaits() async {
        let signal = WakeSignal()
        let seen = signal.generation
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await signal.wait(after: seen) } }
            group.addTask { signal.notify() }
            await group.waitForAll()
        }
        #expect(signal.generation == seen + 1)
    }

    @Test func cancellationEndsTheWait() async {
        let signal = WakeSignal()
        let seen = signal.generation
        let waiting = Task { await signal.wait(after: seen) }
        waiting.cancel()
        await waiting.value
        #expect(signal.generation == seen)
    }
}
