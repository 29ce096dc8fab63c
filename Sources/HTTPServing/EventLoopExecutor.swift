internal import NIOCore

/// Runs tasks on the thread of an event loop, so that a server answers while Swift's own pool is busy or stuck.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Sleeps without the help of Swift's pool.
    func sleep(_ duration: Duration) async throws {
        try await eventLoop.scheduleTask(in: TimeAmount(duration)) {}.futureResult.get()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        eventLoop.execute { job.runSynchronously(on: executor) }
    }
}
