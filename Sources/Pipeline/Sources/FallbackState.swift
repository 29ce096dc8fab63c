/// Decides when a worker leaves the broker for REST, and when it comes back.
///
/// Pure: the time comes from outside.
struct FallbackState {
    /// The caller's next step.
    enum Action: Equatable {
        /// Nothing.
        case none
        /// Call ``timePassed(now:)`` at this time.
        case look(at: Duration)
        /// Begin to take tasks over REST.
        case startFallback
        /// Take no more tasks over REST; finish those reserved.
        case drainFallback
    }

    private enum Phase: Equatable {
        case broker
        case brokerLost(since: Duration)
        case fallback
        /// REST is finishing what it reserved; the broker may be lost again meanwhile.
        case returning(lostSince: Duration?)
        case draining
    }

    private let patience: Duration
    private let restartDelay: Duration
    private var phase: Phase

    /// Starts with a broker that has not answered yet.
    ///
    /// - Parameters:
    ///   - patience: How long the broker may be away.
    ///   - restartDelay: The wait before a fallback that ended by itself is started again.
    ///   - now: The current time.
    init(patience: Duration, restartDelay: Duration = .seconds(30), now: Duration) {
        self.patience = patience
        self.restartDelay = restartDelay
        phase = .brokerLost(since: now)
    }

    /// Whether tasks are taken over REST.
    var isOnFallback: Bool { phase == .fallback }

    /// When to look first.
    var firstLook: Action {
        if case .brokerLost(let since) = phase { .look(at: since + patience) } else { .none }
    }

    /// The broker answers, or no longer does.
    mutating func broker(isThere: Bool, now: Duration) -> Action {
        switch (phase, isThere) {
        case (.broker, false):
            phase = .brokerLost(since: now)
            return .look(at: now + patience)
        case (.brokerLost, true):
            phase = .broker
            return .none
        case (.fallback, true):
            phase = .returning(lostSince: nil)
            return .drainFallback
        case (.returning(.none), false):
            phase = .returning(lostSince: now)
            return .none
        case (.returning, true):
            phase = .returning(lostSince: nil)
            return .none
        case (.broker, true), (.brokerLost, false), (.fallback, false), (.returning, false), (.draining, _):
            return .none
        }
    }

    /// A time that was asked for has come; one that no longer matters does nothing.
    mutating func timePassed(now: Duration) -> Action {
        guard case .brokerLost(let since) = phase else { return .none }
        guard now >= since + patience else { return .look(at: since + patience) }
        phase = .fallback
        return .startFallback
    }

    /// REST has finished: as it was told to, or by itself.
    mutating func fallbackEnded(now: Duration) -> Action {
        switch phase {
        case .returning(nil):
            phase = .broker
            return .none
        case .returning(.some(let since)):
            phase = .brokerLost(since: since)
            return .look(at: max(now, since + patience))
        case .fallback:
            // It failed; not again at once.
            phase = .brokerLost(since: now + restartDelay - patience)
            return .look(at: now + restartDelay)
        case .broker, .brokerLost, .draining:
            return .none
        }
    }

    /// No more tasks at all.
    ///
    /// - Returns: Whether REST was begun and has to be drained, too.
    mutating func drain() -> Action {
        defer { phase = .draining }
        return phase == .fallback ? .drainFallback : .none
    }
}
