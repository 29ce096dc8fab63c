package import Concurrency
package import Logging
import Telemetry
import Transport

/// Says which tasks are answered with an error: each at debug level, and for whoever runs the worker once a minute how many there were, and
/// the last one's reason.
package struct TaskFailureLog: Sendable {
    private let logger: Logger
    private let summary: ThrottledLog?

    /// Makes a log in which nothing was said.
    ///
    /// - Parameters:
    ///   - logger: Where it is said.
    ///   - sumsUp: Whether the line a minute is wanted; who names each image that failed at its end has no use for it.
    ///   - clock: What a minute is measured by.
    package init(_ logger: Logger, sumsUp: Bool = true, clock: WaitClock = WaitClock()) {
        self.logger = logger
        summary = sumsUp ? ThrottledLog(logger, clock: clock, interval: .seconds(60)) : nil
    }

    /// Says that a task is answered with an error.
    package func note(_ task: ImageTask, _ error: any Error) {
        let metadata: Logger.Metadata = [
            LogKey.taskID: "\(task.id)", LogKey.jobID: "\(task.jobID.map(String.init) ?? "")",
            LogKey.pipeline: "\(task.pipeline)", LogKey.url: "\(redactedURL(task.imageURL))", LogKey.error: "\(error)",
        ]
        logger.debug("Task failed", metadata: metadata)
        summary?.note("Images end in an error", level: .notice, metadata)
    }
}
