import Synchronization

/// Keeps sources from taking more tasks, and lets them again; what is in hand goes on.
package final class PauseSwitch: Sendable {
    private struct State {
        var isPaused = false
        var observers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// Starts with tasks being taken.
    package init() {}

    /// Whether no more tasks are taken.
    package var isPaused: Bool { state.withLock(\.isPaused) }

    /// Takes no more tasks, or takes them again.
    package func set(paused isPaused: Bool) {
        let observers = state.withLock { state in
            defer { state.isPaused = isPaused }
            return state.isPaused == isPaused ? [] : state.observers
        }
        for observer in observers { observer() }
    }

    /// Has `observer` called after every change, from any thread.
    package func observe(_ observer: @escaping @Sendable () -> Void) {
        state.withLock { $0.observers.append(observer) }
    }
}
