internal import DequeModule
internal import NIOCore
internal import Synchronization

/// Runs tasks on the thread of an event loop, so that a server answers while Swift's own pool is busy or stuck.
///
/// An event loop runs what its tasks hand in before it looks at its sockets again, so that a few clients with many requests each would keep
/// it from everybody else until they are answered. Here tasks run for a while, and then the sockets have a turn.
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var jobs = Deque<UnownedJob>()
        /// Whether the loop has been asked to run what is there.
        var isOrdered = false
    }

    /// How long tasks may run before the sockets have their turn.
    private static let turn = TimeAmount.milliseconds(5)
    /// Jobs that are due this late run after the loop has looked at its sockets.
    private static let gap = TimeAmount.microseconds(200)

    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Sleeps without the help of Swift's pool.
    func sleep(_ duration: Duration) async throws {
        try await eventLoop.scheduleTask(in: TimeAmount(duration)) {}.futureResult.get()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOrdered = state.withLock { state in
            defer { state.isOrdered = true }
            state.jobs.append(job)
            return state.isOrdered
        }
        if !isOrdered { eventLoop.execute { self.runJobs() } }
    }

    private func runJobs() {
        let executor = asUnownedTaskExecutor()
        let end = NIODeadline.now() + Self.turn
        while let job = nextJob() {
            job.runSynchronously(on: executor)
            guard NIODeadline.now() < end else {
                // After the last job the loop may be shut down, and says on standard error that it takes nothing more.
                guard hasJobs() else { return }
                _ = eventLoop.scheduleTask(in: Self.gap) { self.runJobs() }
                return
            }
        }
    }

    /// Whether there are jobs; when there are none, the next one orders a run.
    private func hasJobs() -> Bool {
        state.withLock { state in
            state.isOrdered = !state.jobs.isEmpty
            return state.isOrdered
        }
    }

    /// The job that has waited longest; nil when there is none, and then the next one orders a run.
    private func nextJob() -> UnownedJob? {
        state.withLock { state in
            let job = state.jobs.popFirst()
            state.isOrdered = job != nil
            return job
        }
    }
}
