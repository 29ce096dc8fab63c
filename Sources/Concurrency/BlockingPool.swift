import Foundation
import Synchronization

/// A fixed number of threads for calls that block or compute for long: decoding, file writes, resampling.
///
/// Swift's cooperative pool has one thread a core and must never be blocked, so such work is handed over here and awaited.
/// Work starts in the order it was handed in, that of the interactive lane first. The pool ends its threads when it is released.
package final class BlockingPool: Sendable {
    /// The number of threads; fewer than were wanted when the system gives no more.
    package let threadCount: Int
    /// Why there is no thread at all; nil when there is one.
    package let shortage: SystemThread.Shortage?
    private let queue: WorkQueue

    /// Calls that wait for a thread.
    var waiting: Int { queue.count }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: What the threads are called in a debugger; the kernel shows the first 15 bytes.
    ///   - threadCount: How many calls run at the same time; values below 1 count as 1.
    ///   - stackBytes: The stack of each thread.
    package init(name: String, threadCount: Int, stackBytes: Int = 1 << 20) {
        let queue = WorkQueue()
        var started = 0
        var shortage: SystemThread.Shortage?
        do throws(SystemThread.Shortage) {
            while started < max(1, threadCount) {
                try SystemThread.start(name: "\(name)-\(started)", stackBytes: stackBytes) { queue.drainUntilClosed() }
                started += 1
            }
        } catch {
            if started == 0 { shortage = error }
        }
        self.queue = queue
        self.threadCount = max(1, started)
        self.shortage = shortage
    }

    deinit {
        queue.close()
    }

    /// Runs `body` on a thread of the pool and returns what it returns.
    ///
    /// A task cancelled before a thread was free is not started. When this returns, the pool has let go of `body` and of what it holds.
    ///
    /// - Throws: What `body` throws, `CancellationError` when it was never started, or ``SystemThread/Shortage`` when there is no thread.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if let shortage { throw shortage }
        let cancelled = Atomic(false)
        let body = Once(body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.add(in: Lane.current) {
                    continuation.resume(with: body.run(unless: cancelled.load(ordering: .relaxed)))
                }
            }
        } onCancel: {
            cancelled.store(true, ordering: .relaxed)
        }
    }
}

extension BlockingPool {
    /// Does equal parts of one piece of work on the calling thread, and on those of the pool that come to help.
    ///
    /// The caller waits for nobody who has not begun: on a pool that is busy with other work it does all of it. It need not be of the pool.
    ///
    /// - Parameters:
    ///   - count: How many parts there are.
    ///   - body: Does one; called once for each number below `count`, by several threads at the same time.
    package func share(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        guard count > 1 else {
            if count == 1 { body(0) }
            return
        }
        let work = SharedWork(count: count, body)
        // First, since somebody waits, and has little left for who comes late.
        for _ in 0..<min(threadCount, count - 1) { queue.add(in: .interactive) { work.help() } }
        work.help()
        work.finish()
    }

    /// Does on the calling thread, which is one of the pool's, some of the work that waits for it in the interactive lane: for long
    /// work of many parts, between two of them.
    package func giveWay() {
        queue.giveWay()
    }
}

/// A closure that is let go of when it was run, not only when the last reference to it goes.
private final class Once<Value: Sendable>: Sendable {
    private let body: Mutex<(@Sendable () throws -> Value)?>

    init(_ body: @escaping @Sendable () throws -> Value) {
        self.body = Mutex(body)
    }

    func run(unless isCancelled: Bool) -> Result<Value, any Error> {
        guard let body = body.withLock({ $0.take() }), !isCancelled else { return .failure(CancellationError()) }
        return Result(catching: body)
    }
}
