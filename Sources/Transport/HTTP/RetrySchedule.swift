import Concurrency
import Telemetry

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

    /// The end of an attempt.
    package enum Outcome: Sendable {
        /// An answer, and the wait its `Retry-After` asks for.
        case status(Int, retryAfter: Duration?)
        /// No answer.
        case failure(TransportError)
    }

    /// The next step.
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
