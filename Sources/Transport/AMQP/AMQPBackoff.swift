/// How long to wait before connecting again: exponential with full jitter, so that a fleet does not come back all at once.
///
/// Pure; the generator is the caller's. See "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
package struct AMQPBackoff: Sendable, Hashable {
    /// The upper bound of the first wait.
    package var base: Duration
    /// The upper bound of every wait.
    package var limit: Duration

    /// Makes a schedule.
    package init(base: Duration = .milliseconds(250), limit: Duration = .seconds(15)) {
        self.base = base
        self.limit = limit
    }

    /// The wait before an attempt.
    ///
    /// - Parameters:
    ///   - attempt: 0 for the first attempt after a loss.
    ///   - generator: Where the randomness comes from.
    /// - Returns: Between a tenth and the whole of the bound for this attempt.
    package func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let bound = min(limit, base * (1 << min(max(attempt, 0), 20)))
        return bound * Double.random(in: 0.1...1, using: &generator)
    }
}
