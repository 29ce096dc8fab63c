import Synchronization
import Telemetry

/// Remembers whether the last call got an answer that can be worked with, and tells when that is so again.
package final class AntennaReachability: Sendable {
    private struct State {
        var isKnown = false
        var problem: String?
        var observers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    init() {}

    /// Whether a call has ended at all.
    package var isKnown: Bool { state.withLock(\.isKnown) }

    /// The problem of the last call, in a sentence without the token; nil when there was none.
    package var problem: String? { state.withLock(\.problem) }

    /// Has `observer` called whenever a call succeeds after one that failed, from any thread.
    func observeReturn(_ observer: @escaping @Sendable () -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    func succeeded() {
        let observers = state.withLock { state in
            defer {
                state.isKnown = true
                state.problem = nil
            }
            return state.problem == nil ? [] : state.observers
        }
        for observer in observers { observer() }
    }

    /// Takes in what a call failed with; an answer that turns one request down comes from a server that works.
    func failed(_ error: AntennaError) {
        switch error.code {
        case .transport, .authentication, .unavailable, .redirected, .foreignAnswer:
            state.withLock { state in
                state.isKnown = true
                state.problem = error.message
            }
        case .forbidden, .notFound, .methodNotAllowed, .refused, .rateLimited, .malformedAnswer:
            succeeded()
        case .configuration, .cancelled:
            break
        }
    }
}
