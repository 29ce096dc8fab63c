package import Logging
import Synchronization
import Telemetry

/// A task on loan from its source, to be settled exactly once.
///
/// A second settlement is refused and logged as an error; a lease that goes out of scope unsettled gives its task back and
/// logs an error, so that a forgotten settlement is loud and loses nothing.
package final class Lease: Sendable {
    /// The task on loan.
    package let task: ImageTask
    /// When the source handed the task out; the queue stage is timed from here.
    package let takenAt: ContinuousClock.Instant
    /// When the source will hand the task to somebody else; nil where it waits for ever.
    package let deadline: ContinuousClock.Instant?
    private let settler: any LeaseSettling
    private let logger: Logger
    private let isSettled = Atomic(false)

    package init(
        task: ImageTask,
        takenAt: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant?,
        settler: any LeaseSettling,
        logger: Logger
    ) {
        self.task = task
        self.takenAt = takenAt
        self.deadline = deadline
        self.settler = settler
        self.logger = logger
    }

    deinit {
        guard !isSettled.load(ordering: .acquiring) else { return }
        logger.error("Lease dropped without settlement; giving the task back", metadata: [LogKey.taskID: "\(task.id)"])
        let settler = self.settler
        let task = self.task
        let logger = self.logger
        Task {
            do {
                try await settler.settle(task, .retry(reason: "dropped without settlement"))
            } catch {
                logger.error(
                    "Giving the task back failed",
                    metadata: [LogKey.taskID: "\(task.id)", LogKey.error: "\(error)"]
                )
            }
        }
    }

    /// Whether the source has taken the task back: work on it that has not begun is better not begun.
    package var isGone: Bool { settler.isGone }

    /// Ends the loan.
    ///
    /// - Throws: What the source throws when it could not publish, acknowledge or give back; the task then comes again.
    package func settle(_ settlement: Settlement) async throws {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else {
            logger.error(
                "Lease settled twice; the second settlement is ignored",
                metadata: [LogKey.taskID: "\(task.id)"]
            )
            return
        }
        try await settler.settle(task, settlement)
    }
}
