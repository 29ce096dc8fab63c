package import Pipeline
import Synchronization

/// Counts the tasks that are done, answered or passed on, and tells how many there are; for a bar of progress.
package final class ProgressObserver: TaskObserver {
    private let count = Atomic(0)
    private let tell: @Sendable (Int) -> Void

    /// - Parameter tell: Called after every task, from any thread.
    package init(_ tell: @escaping @Sendable (Int) -> Void) {
        self.tell = tell
    }

    package func settled(_ task: ImageTask, _ outcome: TaskOutcome) {
        guard outcome != .givenBack else { return }
        tell(count.add(1, ordering: .relaxed).newValue)
    }
}
