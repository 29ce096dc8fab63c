import Synchronization
import TestSupport
import Testing

@testable import Concurrency

@Suite(.timeLimit(.minutes(5))) struct WakeSignalTests {
    @Test func aChangeBetweenTheLookAndTheWaitIsNotMissed() async {
        let signal = WakeSignal()
        let change = signal.next
        signal.notify()
        await change.wait()
        await change.wait()
    }

    @Test func wakesEveryoneWhoWaits() async {
        let signal = WakeSignal()
        let change = signal.next
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await change.wait() } }
            group.addTask { signal.notify() }
            await group.waitForAll()
        }
        #expect(signal.waiting == 0)
    }

    @Test func aChangeThatHasComeIsNotTheNextOne() async throws {
        let signal = WakeSignal()
        signal.notify()
        let change = signal.next
        let waiting = Task { await change.wait() }
        try await eventually { signal.waiting == 1 }
        signal.notify()
        await waiting.value
    }

    @Test func cancellationEndsTheWait() async throws {
        let signal = WakeSignal()
        let change = signal.next
        let waiting = Task { await change.wait() }
        try await eventually { signal.waiting == 1 }
        waiting.cancel()
        await waiting.value
        #expect(signal.waiting == 0)
    }

    @Test func aTaskThatIsCancelledAlreadyDoesNotWait() async {
        let signal = WakeSignal()
        await Task { [change = signal.next] in
            withUnsafeCurrentTask { $0?.cancel() }
            await change.wait()
        }.value
        #expect(signal.waiting == 0)
    }

    @Test func aConditionIsLookedAtAfterEverySignal() async throws {
        let signal = WakeSignal()
        let looks = Atomic(0)
        let waiting = Task {
            await signal.wait { looks.add(1, ordering: .relaxed).newValue == 3 }
            return Task.isCancelled
        }
        for _ in 0..<2 {
            try await eventually { signal.waiting == 1 }
            signal.notify()
        }
        #expect(await waiting.value == false)
        #expect(looks.load(ordering: .relaxed) == 3 && signal.waiting == 0)
    }

    @Test func whoeverIsCancelledWaitsForNoCondition() async throws {
        let signal = WakeSignal()
        let waiting = Task { await signal.wait { false } }
        try await eventually { signal.waiting == 1 }
        waiting.cancel()
        await waiting.value
    }
}
