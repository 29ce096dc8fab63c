import Logging
import TestSupport
import Testing
import Transport

@testable import Worker

@Suite("What the log says of Redis")
struct RedisProbeTests {
    @Test("an outage is told once, however long it lasts, and its end once")
    func outages() throws {
        let log = CapturedLog()
        let probe = try RedisProbe(
            try RedisConfiguration(url: "redis://127.0.0.1:1/0"),
            logger: log.logger(from: .notice)
        )
        for problem in [nil, nil, "away", "away", "no memory", nil, nil, "away"] { probe.note(problem) }
        #expect(
            log.warnings.map { $0.prefix { $0 != ";" && $0 != "[" } } == [
                "Redis cannot be used", "Redis can be used again ", "Redis cannot be used",
            ]
        )
        #expect(log.warnings[0].contains("away"))
    }

    @Test("readiness says nothing of what is told elsewhere")
    func elsewhere() {
        let (log, readiness, start) = (CapturedLog(), ReadinessLog(), ContinuousClock.now)
        for second in 0..<20 {
            readiness.note(
                [ReadinessLog.Check(name: "redis", problem: "away", isToldElsewhere: true)],
                at: start + .seconds(second),
                log.logger
            )
        }
        #expect(log.warnings.isEmpty)
    }
}
