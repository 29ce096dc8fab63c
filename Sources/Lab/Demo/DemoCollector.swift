import LocalAntenna
import Synchronization

/// Gathers from the local Antenna what the report shows of every result.
final class DemoCollector: Sendable {
    /// The outcome of one task.
    struct Outcome: Sendable {
        let taskID: Int
        let source: ImageSource
        let boxes: [ReportImage.Box]
        let error: String?
    }

    private let collected = Mutex<[Outcome]>([])

    /// The outcomes so far, in the order of the tasks.
    var outcomes: [Outcome] {
        collected.withLock { $0.sorted { $0.taskID < $1.taskID } }
    }

    /// Takes what is needed of a saved result, and not its thousands of scores.
    func add(_ accepted: AcceptedResult) {
        let outcome =
            switch accepted.result.outcome {
            case .detections(let found):
                Outcome(
                    taskID: accepted.task.id,
                    source: accepted.image,
                    boxes: found.detections.compactMap(ReportImage.Box.init),
                    error: nil
                )
            case .failure(let message, _):
                Outcome(taskID: accepted.task.id, source: accepted.image, boxes: [], error: message)
            }
        collected.withLock { $0.append(outcome) }
    }
}

extension ReportImage.Box {
    fileprivate init?(_ detection: SubmittedDetection) {
        guard let box = detection.box else { return nil }
        self.init(
            x1: box[0],
            y1: box[1],
            x2: box[2],
            y2: box[3],
            label: detection.answer?.label ?? "insect",
            score: detection.answer?.best?.score
        )
    }
}
