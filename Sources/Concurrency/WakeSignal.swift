import Synchronization

/// Wakes tasks that wait for a state to change.
///
/// Read ``generation``, look at the state, and if there is nothing to do wait after that generation: a change between the look
/// and the wait is not missed. The state itself lives elsewhere, under its own lock.
package final class WakeSignal: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var cancelledEarly: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// Makes a signal that was never given.
    package init() {}

    /// How often the signal was given.
    package var generation: UInt64 { state.withLock { $0.generation } }

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

    /// Waits until the signal was given after `generation`; returns at once when it already was, or when the task is cancelled.
    package func wait(after generation: UInt64) async {
        let id = state.withLock { state in
            state.nextID &+= 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isDue = state.withLock { state in
                    if state.cancelledEarly.remove(id) != nil || state.generation != generation { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiters.removeValue(forKey: id)
                if continuation == nil { state.cancelledEarly.insert(id) }
                return continuation
            }
            continuation?.resume()
        }
        // A cancellation that came after the wake-up left its mark.
        state.withLock { _ = $0.cancelledEarly.remove(id) }
    }
}
