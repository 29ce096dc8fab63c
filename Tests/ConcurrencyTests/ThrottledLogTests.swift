import Logging
import TestSupport
import Testing

@testable import Concurrency

@Suite("Warnings of what happens often")
struct ThrottledLogTests {
    @Test("One of a kind in a while, with the number of those unsaid, for a bounded number of kinds")
    func throttle() {
        var throttle = WarningThrottle(interval: .seconds(30), limit: 2)
        #expect(throttle.admit("a", now: .seconds(0)) == 0)
        #expect(throttle.admit("a", now: .seconds(1)) == nil)
        #expect(throttle.admit("b", now: .seconds(2)) == 0)
        #expect(throttle.admit("a", now: .seconds(30)) == 1)
        #expect(throttle.admit("c", now: .seconds(31)) == 0)
        #expect(throttle.admit("b", now: .seconds(31)) == 0)
    }

    @Test("What is said says for how many it stands, and a count of its own stays")
    func counts() {
        let (log, clock) = (CapturedLog(), TestClock())
        let warnings = ThrottledLog(log.logger, clock: WaitClock(clock), interval: .seconds(30))
        for _ in 0..<5 { warnings.note("lost", ["queue": "q"]) }
        warnings.note("lost", of: "lost on another queue", [:])
        clock.advance(by: .seconds(30))
        warnings.note("lost", level: .error, [:])
        warnings.note("late", ["count": "7"])
        #expect(log.warnings.count == 4)
        #expect(log.warnings[0].contains(#""queue": q"#) && log.warnings[0].contains(#""count": 1"#))
        #expect(log.warnings[2].contains(#""count": 5"#))
        #expect(log.warnings[3].contains(#""count": 7"#))
    }
}
