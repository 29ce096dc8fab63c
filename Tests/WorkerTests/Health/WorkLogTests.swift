import Logging
import TestSupport
import Testing

@testable import Worker

@Suite("Progress in the log")
struct WorkLogTests {
    @Test("Work is told once a minute, and that there is none once an hour")
    func told() {
        let (log, start) = (CapturedLog(), ContinuousClock.now)
        let logger = log.logger(from: .info)
        let work = WorkLog()
        var done = 0
        for second in 0...12_000 {
            // Ten minutes of work, three hours without, and work again.
            let isBusy = second < 600 || second > 11_400
            if isBusy { done += 2 }
            let reading = WorkLog.Reading(done: done, failed: 1, held: isBusy ? 3 : 0)
            work.note(reading, at: start + .seconds(second), logger)
        }
        let busy = log.warnings.filter { $0.contains("Working") }
        let idle = log.warnings.filter { $0.contains("Nothing") }
        #expect(busy.count == 20 && idle.count == 3, "\(log.warnings)")
        #expect(busy[1].contains("2.0") && busy.last?.contains("2.0") == true)
        #expect(idle.first?.contains("1200") == true)
    }

    @Test("What is in hand is work, however long it takes")
    func slow() {
        let (log, start) = (CapturedLog(), ContinuousClock.now)
        let work = WorkLog()
        for second in 0...120 {
            work.note(
                WorkLog.Reading(done: 0, failed: 0, held: 1),
                at: start + .seconds(second),
                log.logger(from: .info)
            )
        }
        #expect(log.warnings.count { $0.contains("Working") } == 2 && log.warnings.count == 2)
    }
}
