package import Concurrency
package import Logging
import Synchronization

/// Hands out a task for each of some files and ends; nothing is queued anywhere.
///
/// The file's path stands for the image's address and for its id. Every file comes to exactly one result: there is nobody to
/// give a task back to, so what would be tried again elsewhere is an error result here.
package final class FileTaskSource: TaskSource, LeaseSettling {
    /// Takes the result of the file at a position; awaited before the task counts as settled.
    package typealias Delivery = @Sendable (_ result: EncodedResult, _ index: Int) async -> Void

    private let paths: [String]
    private let detections: @Sendable (_ path: String) -> GivenDetections?
    private let configuration: TaskConfiguration?
    private let pipeline: String
    private let deliver: Delivery
    private let logger: Logger
    private let position = Mutex(0)

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - paths: The files, in the order in which they are handed out.
    ///   - pipeline: The slug of the pipeline for all of them.
    ///   - detections: What is known of a file already.
    ///   - configuration: The settings of the analysis of each.
    ///   - logger: For the leases.
    ///   - deliver: Takes the results, in no order.
    package init(
        paths: [String],
        pipeline: String,
        detections: @escaping @Sendable (_ path: String) -> GivenDetections? = { _ in nil },
        configuration: TaskConfiguration? = nil,
        logger: Logger,
        deliver: @escaping Delivery
    ) {
        self.paths = paths
        self.detections = detections
        self.configuration = configuration
        self.pipeline = pipeline
        self.logger = logger
        self.deliver = deliver
    }

    /// Returns at once: the files are there.
    package func run() async throws {}

    /// The next file's task; nil after the last, and in the interactive lane: of all files one is as urgent as the other.
    package func next(in lane: Lane?) async -> Lease? {
        guard lane != .interactive else { return nil }
        let index = position.withLock { position -> Int? in
            guard position < paths.count else { return nil }
            defer { position += 1 }
            return position
        }
        guard let index else { return nil }
        let task = ImageTask(
            id: "\(index)",
            imageID: paths[index],
            imageURL: paths[index],
            replySubject: "",
            pipeline: pipeline,
            detections: detections(paths[index]),
            configuration: configuration
        )
        return Lease(task: task, takenAt: .now, deadline: nil, settler: self, logger: logger)
    }

    /// Hands out no more files.
    package func drain() {
        position.withLock { $0 = paths.count }
    }

    /// Delivers the file's result, or the reason why there is none.
    package func settle(_ task: ImageTask, _ settlement: Settlement) async throws {
        guard let index = Int(task.id) else { return }
        switch settlement {
        case .completed(let result): await deliver(result, index)
        case .retry(let reason): await deliver(.error(reason, for: task), index)
        }
    }
}
