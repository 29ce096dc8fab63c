import Pipeline
import Synchronization
import Testing

@testable import Worker

@Suite("Counting the tasks that are done")
struct ProgressObserverTests {
    @Test("Every task counts that was answered or passed on, and none that was given back")
    func done() {
        let told = Mutex<[Int]>([])
        let done = ProgressObserver { count in told.withLock { $0.append(count) } }
        let task = ImageTask(id: "1", imageID: "1", imageURL: "a", replySubject: "r", pipeline: "moths")
        for outcome in [TaskOutcome.succeeded, .givenBack, .failed, .passedOn] { done.settled(task, outcome) }
        #expect(told.withLock(\.self) == [1, 2, 3])
    }
}
