/// A serial executor on a thread of its own, for an actor whose methods block: a device's inference engine, for instance.
///
/// The actor keeps it in a constant and returns it from `unownedExecutor`. The thread ends when the executor is released.
package final class SerialThreadExecutor: SerialExecutor {
    private let queue = WorkQueue()

    /// Starts the thread.
    ///
    /// - Parameter name: What the thread is called in a debugger.
    /// - Throws: ``SystemThread/Shortage`` when there is none: the actor's methods would be waited for without an end.
    package init(name: String) throws(SystemThread.Shortage) {
        // ONNX Runtime recurses over graphs while it loads them.
        try SystemThread.start(name: name, stackBytes: 8 << 20) { [queue] in queue.drainUntilClosed() }
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.add { job.runSynchronously(on: executor) }
    }
}
