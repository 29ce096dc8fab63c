import TestSupport
import Testing

@testable import Concurrency

@Suite("Waiting by a clock", .timeLimit(.minutes(5)))
struct WaitClockTests {
    private let test = TestClock()
    private var clock: WaitClock { WaitClock(test) }

    @Test("Time counts from the start, whatever the clock says")
    func start() {
        test.advance(by: .seconds(5))
        let clock = clock
        #expect(clock.now == .zero)
        test.advance(by: .seconds(3))
        #expect(clock.now == .seconds(3))
    }

    @Test("A pause ends in time")
    func time() async {
        let (clock, signal) = (clock, WakeSignal())
        let pausing = Task { [change = signal.next] in await clock.pause(for: .seconds(9), orUntil: change) }
        await test.sleepers()
        test.advance(by: .seconds(9))
        await pausing.value
        #expect(signal.waiting == 0)
    }

    @Test("A pause ends at whichever change comes first", arguments: [0, 1])
    func change(which: Int) async {
        let (clock, signals) = (clock, [WakeSignal(), WakeSignal()])
        let changes = signals.map(\.next)
        let pausing = Task { await clock.pause(for: .seconds(9), orUntil: changes[0], changes[1]) }
        await test.sleepers()
        signals[which].notify()
        await pausing.value
        #expect(clock.now == .zero && signals.allSatisfy { $0.waiting == 0 })
    }

    @Test("A change before the pause is not missed")
    func changeBefore() async {
        let signal = WakeSignal()
        let change = signal.next
        signal.notify()
        await clock.pause(for: .seconds(9), orUntil: change)
    }

    @Test("A pause that is cancelled ends at once, also one that has not begun")
    func cancelled() async {
        let (clock, signal) = (clock, WakeSignal())
        let pausing = Task { [change = signal.next] in await clock.pause(for: .seconds(9), orUntil: change) }
        await test.sleepers()
        pausing.cancel()
        await pausing.value
        await Task { [change = signal.next] in
            withUnsafeCurrentTask { $0?.cancel() }
            await clock.pause(for: .seconds(9), orUntil: change)
        }.value
        #expect(signal.waiting == 0)
    }

    @Test("A sleep that is cancelled says so")
    func sleep() async {
        let clock = clock
        let sleeping = Task { try await clock.sleep(for: .seconds(9)) }
        await test.sleepers()
        sleeping.cancel()
        await #expect(throws: CancellationError.self) { try await sleeping.value }
    }
}
