/// Decides whether a service that failed lately is worth a call now.
///
/// Pure: the moment comes in, so tests need no clock. Closed: every call is admitted, and failures in a row are counted. Open: no
/// call is admitted until a pause is over. Half-open: one call at a time is admitted to try; its success closes the breaker,
/// its failure opens it for twice the pause.
package struct CircuitBreaker: Sendable, Hashable {
    /// How the breaker treats calls.
    package enum State: Sendable, Hashable {
        /// Calls are admitted; so many failed in a row.
        case closed(failures: Int)
        /// No call is admitted before this moment.
        case open(until: ContinuousClock.Instant)
        /// One call is out to try; if it never tells, another is admitted after this moment.
        case halfOpen(until: ContinuousClock.Instant)
    }

    /// How the breaker treats calls now.
    package private(set) var state = State.closed(failures: 0)
    private let threshold: Int
    private let pause: Duration
    private let longestPause: Duration
    private var nextPause: Duration

    /// Makes a closed breaker.
    ///
    /// - Parameters:
    ///   - threshold: The failures in a row that open it, at least 1.
    ///   - pause: How long it stays open the first time.
    ///   - longestPause: The pause doubles up to this.
    package init(threshold: Int = 5, pause: Duration = .seconds(1), longestPause: Duration = .seconds(8)) {
        self.threshold = max(1, threshold)
        self.pause = pause
        self.longestPause = longestPause
        nextPause = pause
    }

    /// Whether a call may be made; who gets `true` tells ``succeeded()`` or ``failed(at:)`` afterwards.
    package mutating func admits(at now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .closed:
            return true
        case .open(let until), .halfOpen(let until):
            guard now >= until else { return false }
            state = .halfOpen(until: now + nextPause)
            return true
        }
    }

    /// Notes a call that went well.
    package mutating func succeeded() {
        // A late success of a call from before does not close an open breaker; only the trial does.
        if case .open = state { return }
        state = .closed(failures: 0)
        nextPause = pause
    }

    /// Notes a call that failed.
    package mutating func failed(at now: ContinuousClock.Instant) {
        switch state {
        case .closed(let failures) where failures + 1 < threshold:
            state = .closed(failures: failures + 1)
        case .closed:
            state = .open(until: now + nextPause)
        case .halfOpen:
            nextPause = min(longestPause, nextPause * 2)
            state = .open(until: now + nextPause)
        case .open:
            break
        }
    }
}
