import Inference
import Synchronization

/// What a worker has done since it started.
package final class WorkerStatistics: Sendable {
    /// Tasks by how they ended.
    package struct Counts: Sendable, Equatable {
        /// Answered with detections, none included.
        package var succeeded = 0
        /// Answered with an error result.
        package var failed = 0
        /// Given back to be done again.
        package var givenBack = 0
        /// Not settled because the source could not be told; they come again.
        package var unsettled = 0
        /// Insects found.
        package var insects = 0
        /// Images of which a part could be decoded, and was.
        package var damagedImages = 0

        /// Tasks that have their answer.
        package var answered: Int { succeeded + failed }
    }

    /// How many tasks are in each part of the way.
    package let progress = WorkProgress()
    private let stages = StageStatistics()
    private let state = Mutex((counts: Counts(), insideRuntime: Duration.zero))
    private let onChange: @Sendable (Counts) -> Void

    /// Starts at zero.
    ///
    /// - Parameter onChange: Called after every settled task, from any thread; for a progress bar.
    package init(onChange: @escaping @Sendable (Counts) -> Void = { _ in }) {
        self.onChange = onChange
    }

    /// The counts up to now.
    package var counts: Counts { state.withLock(\.counts) }

    /// Time spent inside ONNX Runtime, summed over batches.
    package var insideRuntime: Duration { state.withLock(\.insideRuntime) }

    /// Durations of every stage.
    ///
    /// Those of inference are an image's share of its batch's.
    package var stageSummaries: [StageStatistics.Summary] { stages.summaries() }

    func record(_ duration: Duration, in stage: Stage) {
        stages.record(duration, in: stage)
    }

    func record(_ outcome: BatchOutcome) {
        stages.record(outcome.waited, in: .batchWait)
        stages.record(outcome.times.prepare, in: .prepare)
        stages.record(outcome.times.detect, in: .detect)
        stages.record(outcome.times.classify, in: .classify)
        state.withLock { state in
            state.counts.insects += outcome.insects.count
            state.insideRuntime += outcome.times.runtime
        }
    }

    func time<Value>(_ stage: Stage, _ body: () -> Value) -> Value {
        let began = ContinuousClock.now
        defer { stages.record(.now - began, in: stage) }
        return body()
    }

    func count(_ settlement: Settlement) {
        change { counts in
            switch settlement {
            case .completed(let result) where result.isError: counts.failed += 1
            case .completed: counts.succeeded += 1
            case .retry: counts.givenBack += 1
            }
        }
    }

    func countDamagedImage() {
        change { $0.damagedImages += 1 }
    }

    func countUnsettled() {
        change { $0.unsettled += 1 }
    }

    private func change(_ body: (inout Counts) -> Void) {
        let counts = state.withLock { state in
            body(&state.counts)
            return state.counts
        }
        onChange(counts)
    }
}
