import Synchronization

/// Remembers whether the last call got an answer that can be worked with.
package final class AntennaReachability: Sendable {
    private let state = Mutex<(isKnown: Bool, problem: String?)>((false, nil))

    init() {}

    /// Whether a call has ended at all.
    package var isKnown: Bool { state.withLock(\.isKnown) }

    /// What was wrong with the last call, in a sentence without the token; nil when all was well.
    package var problem: String? { state.withLock(\.problem) }

    func succeeded() {
        state.withLock { $0 = (true, nil) }
    }

    /// Takes in what a call failed with; an answer that turns one request down comes from a server that works.
    func failed(_ error: AntennaError) {
        switch error.code {
        case .transport, .authentication, .unavailable, .redirected:
            state.withLock { $0 = (true, error.message) }
        case .notFound, .methodNotAllowed, .refused, .rateLimited, .malformedAnswer:
            succeeded()
        case .configuration, .cancelled:
            break
        }
    }
}
