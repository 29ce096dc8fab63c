package import Telemetry
package import Tracing

/// Counts and times of getting images, and of tasks under way: those of every role that fetches.
package final class ImageStatistics: Sendable {
    /// How many tasks are in each part of the way.
    package let progress = WorkProgress()
    /// Durations of every stage; those of inference are an image's share of its batch's.
    package let stages = StageStatistics()
    /// Images of which a part could be decoded, and was.
    package let damagedImages = WorkMetrics.damagedImages.tally()
    /// Makes the spans of tasks and their stages.
    package let tracer: TaskTracer

    /// Starts at zero.
    ///
    /// - Parameter tracer: Where the spans of tasks and their stages go; the process's backend, if it has one.
    package init(tracer: any Tracer = InstrumentationSystem.tracer) {
        self.tracer = TaskTracer(tracer)
    }

    /// Times a stage of the task at hand; one that fails has a span and no duration.
    func time<Value>(_ stage: Stage, _ body: () async throws -> Value) async rethrows -> Value {
        let began = ContinuousClock.now
        let value = try await tracer.trace(stage, body)
        stages.record(.now - began, in: stage)
        return value
    }

    /// Takes a stage of the task at hand that is over.
    func record(_ duration: Duration, in stage: Stage, endedBefore later: Duration = .zero) {
        stages.record(duration, in: stage)
        tracer.ended(stage, began: .now - later - duration, duration: duration)
    }
}
