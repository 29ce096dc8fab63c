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
