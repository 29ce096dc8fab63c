package import Pipeline
import Synchronization

/// The state that people steer from outside: a worker that is paused, and one that stops.
package final class WorkerLifecycle: Sendable {
    private struct State {
        var isDraining = false
        var observers: [@Sendable () -> Void] = []
    }

    /// Whether tasks are taken.
    package let pauseSwitch = PauseSwitch()
    private let state = Mutex(State())

    package init() {}

    /// Whether the worker finishes what it has in hand and ends then.
    var isDraining: Bool { state.withLock(\.isDraining) }

    /// Has the worker finish what it has in hand, and end; a second call does nothing.
    package func drain() {
        let observers = state.withLock { state in
            defer { state.isDraining = true }
            return state.isDraining ? [] : state.observers
        }
        for observer in observers { observer() }
    }

    /// Says what is to happen when the worker drains; it happens at once when it drains already.
    func whenDraining(_ body: @escaping @Sendable () -> Void) {
        let isDraining = state.withLock { state in
            state.observers.append(body)
            return state.isDraining
        }
        if isDraining { body() }
    }
}
