import Inference
import Telemetry
import Tracing

/// The spans of tasks: one a task, below what its `traceparent` names, and one a stage below that.
///
/// They go to whichever backend of swift-distributed-tracing the process has. Without one nothing is made.
package struct TaskTracer: Sendable {
    private let tracer: any Tracer
    /// Whether there is a backend.
    private let isTracing: Bool

    init(_ tracer: any Tracer) {
        self.tracer = tracer
        isTracing = !(tracer is NoOpTracer)
    }

    /// Has the span of a task around a body, which says how the task ended; nil when it could not be settled.
    package func trace(_ task: ImageTask, _ body: () async -> TaskOutcome?) async {
        guard isTracing else {
            _ = await body()
            return
        }
        var context = ServiceContext.topLevel
        tracer.extract(task, into: &context, using: Traceparent())
        await tracer.withSpan("task", context: context, ofKind: .consumer) { span in
            span.attributes[LogKey.taskID] = task.id
            span.attributes[LogKey.pipeline] = task.pipeline
            if let jobID = task.jobID { span.attributes[LogKey.jobID] = jobID }
            switch await body() {
            case .succeeded, .passedOn: break
            case .failed: span.setStatus(SpanStatus(code: .error, message: "answered with an error result"))
            case .givenBack: span.setStatus(SpanStatus(code: .error, message: "given back"))
            case nil: span.setStatus(SpanStatus(code: .error, message: "not settled"))
            }
        }
    }

    /// Has the span of a stage around a body.
    func trace<Value>(_ stage: Stage, _ body: () async throws -> Value) async rethrows -> Value {
        guard isTracing else { return try await body() }
        return try await tracer.withSpan(stage.name) { _ in try await body() }
    }

    /// Makes the span of a stage that is over.
    ///
    /// - Parameters:
    ///   - stage: The stage.
    ///   - began: When it began.
    ///   - duration: How long it took.
    func ended(_ stage: Stage, began: ContinuousClock.Instant, duration: Duration) {
        guard isTracing else { return }
        let ago = max(0, Int64((ContinuousClock.now - began) / .nanoseconds(1)))
        let start = DefaultTracerClock.now.nanosecondsSinceEpoch - UInt64(ago)
        let end = start + UInt64(max(0, duration / .nanoseconds(1)))
        tracer.startSpan(stage.name, at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: start))
            .end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: end))
    }

    /// Makes the spans of an image's way through its batch, whose stages are those of the whole batch.
    ///
    /// - Parameters:
    ///   - outcome: What came of it.
    ///   - isDetected: Whether a detector had its part in it.
    func ended(_ outcome: BatchOutcome, isDetected: Bool) {
        guard isTracing else { return }
        let (batch, times) = (outcome.batch, outcome.batch.times)
        ended(.batchWait, began: batch.began - outcome.waited, duration: outcome.waited)
        if isDetected {
            ended(.prepare, began: batch.began, duration: times.prepare)
            ended(.detect, began: batch.ended - times.classify - times.detect, duration: times.detect)
        }
        ended(.classify, began: batch.ended - times.classify, duration: times.classify)
    }
}

/// Reads the W3C trace context that a task came with.
private struct Traceparent: Extractor {
    func extract(key: String, from task: ImageTask) -> String? {
        key.lowercased() == "traceparent" ? task.traceparent : nil
    }
}
