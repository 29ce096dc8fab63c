import Pipeline
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite("A task on loan", .timeLimit(.minutes(5)))
struct LeaseTests {
    private let log = CapturedLog()
    private let settler = Settler()

    private func lease() -> Lease {
        let task = ImageTask(
            id: "1",
            imageID: "1",
            imageURL: "http://images.test/1.jpg",
            replySubject: "r",
            pipeline: "moths",
            jobID: 1
        )
        return Lease(task: task, takenAt: .now, deadline: nil, settler: settler, logger: log.logger)
    }

    @Test("It is settled once, and a second settlement is said and does nothing")
    func twice() async throws {
        let lease = lease()
        try await lease.settle(.completed(EncodedResult(taskID: "1", json: [], isError: false)))
        try await lease.settle(.retry(reason: "too late"))
        #expect(settler.endings == ["completed"])
        #expect(log.warnings.count == 1 && log.warnings.first?.contains("settled twice") == true)
    }

    @Test("Forgotten it is given back, and that is said")
    func forgotten() async throws {
        _ = lease()
        try await eventually { settler.endings == ["given back"] }
        #expect(log.warnings.count == 1 && log.warnings.first?.contains("dropped without settlement") == true)
    }

    @Test("Settled it goes without a word")
    func settled() async throws {
        try await lease().settle(.retry(reason: "busy"))
        #expect(settler.endings == ["given back"] && log.warnings.isEmpty)
    }
}

private final class Settler: LeaseSettling {
    private let settled = Mutex<[String]>([])

    var endings: [String] { settled.withLock(\.self) }

    func settle(_ task: ImageTask, _ settlement: Settlement) async throws {
        let ending =
            switch settlement {
            case .completed: "completed"
            case .retry: "given back"
            }
        settled.withLock { $0.append(ending) }
    }
}
