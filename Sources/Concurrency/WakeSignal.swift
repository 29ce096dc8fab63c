import Synchronization

/// Wakes tasks that wait for a state to change.
///
/// Ask for the ``next`` change, look at the state, and if there is nothing to do wait for that change: one between the look and the wait
/// is not missed. The state itself lives elsewhere, under its own lock.
package final class WakeSignal: Sendable {
    /// The first time that a signal is given after some moment.
    package struct Change: Sendable {
        fileprivate let signal: WakeSignal
        fileprivate let generation: UInt64

        /// Waits for it; returns at once when it has come already, or when the task is cancelled.
        package func wait() async { await signal.wait(after: generation) }
    }

    private struct State {
        var generation: UInt64 = 0
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Makes a signal that was never given.
    package init() {}

    /// The next time it is given, from now on.
    package var next: Change { Change(signal: self, generation: state.withLock { $0.generation }) }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Waits until something holds, looked at now and after every signal; returns early when the task is cancelled.
    ///
    /// Everything that ends the wait belongs into the condition: what is asked before, and signalled between, is missed.
    ///
    /// - Parameter condition: Whether there is nothing to wait for.
    package func wait(until condition: () -> Bool) async {
        while !Task.isCancelled {
            let change = next
            if condition() { return }
            await change.wait()
        }
    }

    /// Wakes everyone who waits.
    package func notify() {
        let waiters = state.withLock { state in
            state.generation &+= 1
            defer { state.waiters = [:] }
            return state.waiters
        }
        for continuation in waiters.values {
            continuation.resume()
        }
    }

    private func wait(after generation: UInt64) async {
        let id = state.withLock { state in
            state.nextID &+= 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isDue = state.withLock { state in
                    // Asked under the lock: a cancellation before this is seen here, one after it finds the waiter.
                    if state.generation != generation || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
