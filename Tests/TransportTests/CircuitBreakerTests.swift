import Testing

@testable import Transport

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    private func admits(_ breaker: inout CircuitBreaker, _ now: ContinuousClock.Instant) -> Bool {
        breaker.admits(at: now)
    }

    @Test("Opens after failures in a row, tries once, doubles its pause, closes with the first success")
    func wholeLife() {
        var breaker = CircuitBreaker(threshold: 2, pause: .seconds(1), longestPause: .seconds(3))
        #expect(admits(&breaker, start))
        breaker.failed(at: start)
        breaker.succeeded()
        breaker.failed(at: start)
        #expect(admits(&breaker, start))
        breaker.failed(at: start)
        #expect(breaker.state == .open(until: start + .seconds(1)))
        #expect(!admits(&breaker, start + .milliseconds(999)))
        #expect(admits(&breaker, start + .seconds(1)))
        #expect(!admits(&breaker, start + .seconds(1)), "one trial at a time")
        breaker.failed(at: start + .seconds(2))
        #expect(breaker.state == .open(until: start + .seconds(4)))
        breaker.succeeded()
        #expect(!admits(&breaker, start + .seconds(3)), "a late success from before does not close it")
        #expect(admits(&breaker, start + .seconds(4)))
        breaker.failed(at: start + .seconds(4))
        #expect(breaker.state == .open(until: start + .seconds(7)), "no longer than the longest pause")
        #expect(admits(&breaker, start + .seconds(7)))
        breaker.succeeded()
        #expect(breaker.state == .closed(failures: 0))
    }

    @Test("A trial that never tells does not keep the breaker open for ever")
    func lostTrial() {
        var breaker = CircuitBreaker(threshold: 1, pause: .seconds(1))
        breaker.failed(at: start)
        #expect(admits(&breaker, start + .seconds(1)))
        #expect(!admits(&breaker, start + .milliseconds(1999)))
        #expect(admits(&breaker, start + .seconds(2)))
    }
}
