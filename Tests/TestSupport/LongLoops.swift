import Dispatch

/// Runs what computes for long on a thread of its own, one such loop at a time.
///
/// Swift's pool has a thread a core: a few loops over a hundred thousand inputs would hold it, and every test beside them would wait past
/// its time limits.
///
/// - Parameter body: The loop; what it records belongs to the test that called.
/// - Returns: What the loop returns.
package func aside<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    try await withTaskExecutorPreference(LongLoopExecutor.shared, operation: body)
}

private final class LongLoopExecutor: TaskExecutor {
    static let shared = LongLoopExecutor()

    private let queue = DispatchQueue(label: "long-loops")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
