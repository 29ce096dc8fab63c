import Pipeline
import Synchronization

/// What the process is told from outside: to take no tasks for a while, and to stop.
final class WorkerLife: Sendable {
    private struct State {
        var isDraining = false
        var onDrain: (@Sendable () -> Void)?
    }

    /// Whether tasks are taken.
    let taking = TakingSwitch()
    private let state = Mutex(State())

    /// Whether the worker finishes what it has in hand and ends then.
    var isDraining: Bool { state.withLock(\.isDraining) }

    /// Has the worker finish what it has in hand, and end; a second call does nothing.
    func drain() {
        let onDrain = state.withLock { state -> (@Sendable () -> Void)? in
            defer { state.isDraining = true }
            return state.isDraining ? nil : state.onDrain
        }
        onDrain?()
    }

    /// Says what stops the services; called at once when they are to be stopped already.
    func whenDraining(_ body: @escaping @Sendable () -> Void) {
        let isDraining = state.withLock { state in
            state.onDrain = body
            return state.isDraining
        }
        if isDraining { body() }
    }
}
