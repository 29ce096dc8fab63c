import Logging
import TestSupport
import Testing

@testable import Worker

@Suite("Readiness in the log")
struct ReadinessLogTests {
    @Test("A problem that lasts is told, again after a while, and so is its end; a short one is not")
    func told() {
        let (log, start) = (CapturedLog(), ContinuousClock.now)
        let readiness = ReadinessLog()
        for second in 0..<700 {
            let problem: String? =
                switch second {
                case 2..<5: "short"
                case 10..<600: "long"
                default: nil
                }
            readiness.note(
                [ReadinessLog.Check(name: "broker", problem: problem), ReadinessLog.Check(name: "models")],
                at: start + .seconds(second),
                log.logger
            )
        }
        #expect(log.warnings.filter { $0.contains("Not ready") }.count == 2)
        #expect(log.warnings.allSatisfy { $0.contains("broker") && $0.contains("long") || $0.contains("Ready again") })
    }

    @Test("A problem that comes and goes is one, and over when it stays away")
    func flapping() {
        let (log, start) = (CapturedLog(), ContinuousClock.now)
        let readiness = ReadinessLog()
        for second in 0..<400 {
            let problem: String? = second < 250 && second % 18 < 10 ? "cannot serve" : nil
            let check = ReadinessLog.Check(name: "antenna", problem: problem)
            readiness.note([check], at: start + .seconds(second), log.logger(from: .notice))
        }
        #expect(log.warnings.count == 2)
        #expect(log.warnings.last?.contains("Ready again") == true)
    }
}
