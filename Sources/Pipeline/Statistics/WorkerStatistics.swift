import Inference
import Metrics
package import Telemetry

/// Counts and times of a worker since its start.
package final class WorkerStatistics: Sendable {
    /// Counts and times of getting the images.
    package let images: ImageStatistics
    /// Tasks answered with detections, none included.
    package let succeeded = WorkMetrics.tasks.tally("succeeded")
    /// Tasks answered with an error result.
    package let failed = WorkMetrics.tasks.tally("failed")
    /// Tasks given back to be done again.
    package let givenBack = WorkMetrics.tasks.tally("given_back")
    /// Tasks not settled because the source could not be told; they come again.
    package let unsettled = WorkMetrics.tasks.tally("unsettled")
    /// Insects found.
    package let insects = WorkMetrics.insects.tally()
    private let interactiveTasks = WorkMetrics.interactiveTaskSeconds.timer()
    /// Time spent inside ONNX Runtime, summed over batches.
    package let insideRuntime = WorkMetrics.runtimeSeconds.timeTally()

    /// Starts at zero.
    ///
    /// - Parameter images: What getting images takes is counted there.
    package init(images: ImageStatistics = ImageStatistics()) {
        self.images = images
    }

    /// Tasks that have their answer.
    package var answered: Int { succeeded.value + failed.value }

    /// How many tasks are in each part of the way.
    package var progress: WorkProgress { images.progress }

    /// Durations of every stage.
    package var stages: StageStatistics { images.stages }

    /// Takes what came of a batch.
    ///
    /// - Parameters:
    ///   - outcome: One image's part.
    ///   - isDetected: Whether a detector had its part in it.
    func record(_ outcome: BatchOutcome, isDetected: Bool = true) {
        let share = outcome.batch.share
        stages.record(outcome.waited, in: .batchWait)
        if isDetected {
            stages.record(share.prepare, in: .prepare)
            stages.record(share.detect, in: .detect)
        }
        stages.record(share.classify, in: .classify)
        images.tracer.ended(outcome, isDetected: isDetected)
        insects.add(outcome.insects.count)
        insideRuntime.add(share.runtime)
    }

    /// A task of the interactive lane was settled, so long after it was taken.
    func settledInteractive(after duration: Duration) {
        interactiveTasks.record(duration: duration)
    }

    func count(_ outcome: TaskOutcome) {
        switch outcome {
        case .succeeded: succeeded.add()
        case .failed: failed.add()
        case .givenBack: givenBack.add()
        case .passedOn: break
        }
    }
}
