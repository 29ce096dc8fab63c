import Concurrency
import Logging
import Pipeline
import TestSupport
import Testing

@Suite("What the log says of tasks that fail")
struct TaskFailureLogTests {
    @Test("one line a minute says how many there were, and the last one's reason, without what signs its link")
    func summary() {
        let clock = TestClock()
        let log = CapturedLog()
        let failures = TaskFailureLog(log.logger(from: .notice), clock: WaitClock(clock))
        let task = ImageTask(
            id: "7",
            imageID: "1",
            imageURL: "https://images.example/7.jpg?signature=s3cret",
            replySubject: "s",
            pipeline: "demo"
        )
        for _ in 0..<3 { failures.note(task, TaskFailure(stage: .fetch, message: "no such image")) }
        clock.advance(by: .seconds(61))
        failures.note(task, TaskFailure(stage: .fetch, message: "no such image"))
        let lines = log.warnings
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.contains("no such image") && $0.contains("https://images.example/7.jpg") })
        #expect(lines.allSatisfy { !$0.contains("s3cret") })
        #expect(lines.last?.contains("3") == true)
    }
}
