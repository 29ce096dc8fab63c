import Telemetry
import Testing
import Transport

@testable import Pipeline

@Suite struct RedisOutageTests {
    private let now = ContinuousClock.now
    private let away = TransportError(.refused, operation: "redis.set", message: "away")
    private let password = TransportError(.authentication, operation: "redis.set", message: "password")

    @Test func itIsToldOnceAndItsEndOnce() {
        var outage = RedisOutage()
        #expect(outage.succeeded(.reading, at: now) == nil)
        #expect(outage.failed(.reading, away, at: now) == .began(CacheFailure(message: "away", isPermanent: false)))
        #expect(outage.failed(.writing, password, at: now) == nil)
        #expect(outage.trouble == CacheFailure(message: "password", isPermanent: true))
        #expect(outage.succeeded(.reading, at: now) == nil, "it cannot be written yet")
        #expect(outage.succeeded(.writing, at: now) == .ended)
        #expect(outage.trouble == nil)
    }

    @Test func oneThatComesAndGoesFillsNoLog() {
        var outage = RedisOutage()
        var told = 0
        for second in 0..<120 {
            told += outage.failed(.writing, away, at: now + .seconds(second)) == nil ? 0 : 1
            told += outage.succeeded(.writing, at: now + .seconds(second)) == nil ? 0 : 1
        }
        #expect(told == 4)
    }
}
