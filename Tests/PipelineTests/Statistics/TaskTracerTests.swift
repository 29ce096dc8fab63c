import InMemoryTracing
import Testing
import Tracing

@testable import Pipeline

@Suite("Spans of tasks")
struct TaskTracerTests {
    private let task = ImageTask(id: "7", imageID: "7", imageURL: "a", replySubject: "r", pipeline: "moths", jobID: 3)

    @Test("A task without a trace context begins a trace, and its span says which task it is and how it ended")
    func alone() async {
        let backend = TraceContextTracer()
        await TaskTracer(backend).trace(task) { .givenBack }
        let span = backend.finishedSpans.first
        #expect(backend.finishedSpans.count == 1 && span?.spanContext.parentSpanID == nil)
        #expect(span?.attributes.get("task_id") == .string("7") && span?.attributes.get("pipeline") == .string("moths"))
        #expect(span?.attributes.get("job_id") == .int64(3) && span?.status?.message == "given back")
    }

    @Test("A stage that is over has its span where it was, and not where it was told of")
    func past() async throws {
        let backend = TraceContextTracer()
        let tracer = TaskTracer(backend)
        await tracer.trace(task) {
            tracer.ended(.decode, began: .now - .seconds(90), duration: .seconds(60))
            return .succeeded
        }
        let decode = try #require(backend.finishedSpans.first { $0.operationName == "decode" })
        let whole = try #require(backend.finishedSpans.first { $0.operationName == "task" })
        let (start, end) = (decode.startInstant.nanosecondsSinceEpoch, decode.endInstant.nanosecondsSinceEpoch)
        #expect(end - start == 60_000_000_000 && end < whole.startInstant.nanosecondsSinceEpoch)
    }

    @Test("Without a backend the work is done, and no span is made")
    func silent() async throws {
        let tracer = TaskTracer(NoOpTracer())
        var isDone = false
        await tracer.trace(task) {
            isDone = await tracer.trace(.fetch) { ServiceContext.current == nil }
            return nil
        }
        #expect(isDone)
    }
}
