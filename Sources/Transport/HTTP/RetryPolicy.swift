import Concurrency
import Telemetry

/// How often and how soon a failed request is made again.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first one included; at least 1.
    package var maximumAttempts: Int
    /// The longest wait before the second attempt; doubles with each attempt.
    package var initialDelay: Duration
    /// The longest wait that doubling leads to.
    package var maximumDelay: Duration
    /// The longest wait a server's `Retry-After` leads to.
    package var maximumRetryAfter: Duration
    /// Status codes that are tried again.
    package var retriableStatuses: Set<Int>

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - maximumAttempts: Attempts in all.
    ///   - initialDelay: The longest wait before the second attempt.
    ///   - maximumDelay: The longest wait that doubling leads to.
    ///   - maximumRetryAfter: The longest wait a `Retry-After` leads to.
    ///   - retriableStatuses: Status codes that are tried again; by default also those in which hosting companies (509) and
    ///     Cloudflare (520 to 524) say that the server behind them is in trouble.
    package init(
        maximumAttempts: Int = 4,
        initialDelay: Duration = .milliseconds(500),
        maximumDelay: Duration = .seconds(20),
        maximumRetryAfter: Duration = .seconds(60),
        retriableStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524]
    ) {
        self.maximumAttempts = maximumAttempts
        self.initialDelay = initialDelay
        self.maximumDelay = maximumDelay
        self.maximumRetryAfter = maximumRetryAfter
        self.retriableStatuses = retriableStatuses
    }

    /// The longest wait between two attempts, whatever a server asks for.
    package var longestWait: Duration { max(maximumDelay, maximumRetryAfter + initialDelay) }
}

/// Decides after every attempt whether and when there is another one.
///
/// Pure: randomness and time come from outside.
///
/// Exponential back-off with full jitter: the wait is drawn evenly from zero to a bound that doubles, so that workers that failed
/// together do not come back together. A `Retry-After` is a lower bound, with the first back-off's jitter on top.
package struct RetrySchedule: Sendable {
    private let policy: RetryPolicy
    private let backoff: Backoff
    private var attempts = 0

    /// What an attempt ended in.
    package enum Outcome: Sendable {
        /// An answer, and the wait its `Retry-After` asks for.
        case status(Int, retryAfter: Duration?)
        /// No answer.
        case failure(TransportError)
    }

    /// What to do next.
    package enum Decision: Sendable, Hashable {
        /// The outcome stands: it is good, it cannot get better, or the attempts are used up.
        case stop
        /// Make another attempt after this wait.
        case retry(after: Duration)
    }

    /// Starts before the first attempt.
    ///
    /// - Parameter policy: How often and how soon.
    package init(_ policy: RetryPolicy) {
        self.policy = policy
        backoff = Backoff(first: policy.initialDelay, most: policy.maximumDelay, jitter: 0...1)
    }

    /// Counts an attempt and decides.
    ///
    /// - Parameters:
    ///   - outcome: What the attempt ended in.
    ///   - generator: Where the jitter comes from.
    /// - Returns: Whether to make another attempt, and after what wait.
    package mutating func next(
        after outcome: Outcome,
        using generator: inout some RandomNumberGenerator
    ) -> Decision {
        attempts += 1
        guard attempts < policy.maximumAttempts else { return .stop }
        switch outcome {
        case .failure(let error):
            return error.isRetriable ? .retry(after: backoff.delay(failures: attempts, using: &generator)) : .stop
        case .status(let status, let retryAfter):
            guard policy.retriableStatuses.contains(status) else { return .stop }
            guard let retryAfter else { return .retry(after: backoff.delay(failures: attempts, using: &generator)) }
            let asked = min(retryAfter, policy.maximumRetryAfter)
            return .retry(after: asked + policy.initialDelay.jittered(backoff.jitter, using: &generator))
        }
    }
}
