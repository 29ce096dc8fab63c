import Foundation
import Synchronization
import Telemetry
import Testing

@testable import Inference

@Suite("A run that is ended from another thread", .timeLimit(.minutes(5)))
struct InterruptionTests {
    private static let operation = OperationName("model.run", "a model")
    private static let failure = InferenceError(.runFailed, operation: operation, message: "the runtime's words")

    @Test("What ends a run is called when it is raised, and not once the run is over")
    func ends() throws {
        let interruption = Interruption()
        let ended = Atomic(0)
        let end = { @Sendable in _ = ended.add(1, ordering: .relaxed) }
        #expect(!interruption.isWatching)
        let isWatched = try interruption.watch(Self.operation, end: end) { interruption.isWatching }
        #expect(isWatched && !interruption.isWatching)
        interruption.raise()
        #expect(ended.load(ordering: .relaxed) == 0)
    }

    @Test("A run that was ended has that as its error, whatever the runtime says; one that was over is not spoilt")
    func errors() throws {
        let interruption = Interruption()
        let own = #expect(throws: InferenceError.self) {
            try interruption.watch(Self.operation, end: {}) { () throws(InferenceError) in throw Self.failure }
        }
        #expect(own?.code == .runFailed)
        let ended = Atomic(0)
        let error = #expect(throws: InferenceError.self) {
            let end = { @Sendable in _ = ended.add(1, ordering: .relaxed) }
            try interruption.watch(Self.operation, end: end) { () throws(InferenceError) in
                interruption.raise()
                throw Self.failure
            }
        }
        #expect(error?.code == .interrupted && error?.isRetriable == true)
        #expect(ended.load(ordering: .relaxed) == 1)
        let late = Interruption()
        let value = try late.watch(Self.operation, end: {}) {
            late.raise()
            return 7
        }
        #expect(value == 7)
    }

    @Test("Once it is raised no run begins, and one that has just begun is ended at once")
    func raisedBefore() throws {
        let interruption = Interruption()
        #expect(throws: Never.self) { try interruption.check(Self.operation) }
        interruption.raise()
        let error = #expect(throws: InferenceError.self) { try interruption.check(Self.operation) }
        #expect(error?.code == .interrupted)
        let ended = Atomic(0)
        #expect(throws: InferenceError.self) {
            let end = { @Sendable in _ = ended.add(1, ordering: .relaxed) }
            try interruption.watch(Self.operation, end: end) { () throws(InferenceError) in throw Self.failure }
        }
        #expect(ended.load(ordering: .relaxed) == 1)
    }

    @Test(
        "A runtime ends a run in the middle of its graph, and the model is as good as before",
        arguments: RuntimeUnderTest.present
    )
    func runtime(kind: RuntimeUnderTest) throws {
        try endsInTheMiddle(kind.session("slow.onnx"))
    }

    @Test("So does ONNX Runtime with bound memory")
    func boundMemory() throws {
        let options = SessionOptions(intraOpThreads: 1, bindsMemory: true)
        try endsInTheMiddle(testRuntime().makeSession(path: fixturePath("slow.onnx"), options: options))
    }

    private func endsInTheMiddle(_ session: any InferenceSession) throws {
        let interruption = Interruption()
        // A thread of its own: Swift's pool may have no other than the one that is held by the run.
        let raising = Thread {
            for _ in 0..<100_000 where !interruption.isWatching { usleep(1_000) }
            interruption.raise()
        }
        raising.start()
        let error = #expect(throws: InferenceError.self) {
            try SlowModel.run(side: SlowModel.longSide, session, interruption)
        }
        #expect(error?.code == .interrupted)
        let late = #expect(throws: InferenceError.self) { try SlowModel.run(side: 2, session, interruption) }
        #expect(late?.code == .interrupted)
        #expect(try SlowModel.run(side: 2, session, Interruption()) == [1, 0])
        #expect(try SlowModel.run(side: 2, session) == [1, 0])
    }
}
