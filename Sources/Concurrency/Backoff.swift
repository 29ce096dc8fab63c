/// How long to wait after failures: a bound that doubles up to a limit, and a wait drawn from below it, so that what failed together does
/// not come back together.
///
/// Pure; the generator is the caller's. See "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
package struct Backoff: Sendable, Hashable {
    /// The bound of the first wait.
    package var first: Duration
    /// The bound of every wait.
    package var most: Duration
    /// Between which shares of its bound a wait is drawn.
    package var jitter: ClosedRange<Double>

    /// Makes a schedule.
    ///
    /// - Parameters:
    ///   - first: The bound of the first wait.
    ///   - most: The bound of every wait.
    ///   - jitter: Between which shares of its bound a wait is drawn.
    package init(first: Duration, most: Duration, jitter: ClosedRange<Double> = Duration.usualJitter) {
        self.first = first
        self.most = most
        self.jitter = jitter
    }

    /// The wait after a failure.
    ///
    /// - Parameters:
    ///   - failures: How many there were in a row, this one included.
    ///   - generator: Where the jitter comes from.
    /// - Returns: The wait.
    package func delay(failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        // Doubled twenty times, a millisecond is a quarter of an hour: going on would only risk an overflow.
        let doubled = first * (1 << min(max(failures, 1) - 1, 20))
        return min(doubled, most).jittered(jitter, using: &generator)
    }
}

extension Duration {
    /// Half a wait and up to as much again.
    package static var usualJitter: ClosedRange<Double> { 0.5...1 }

    /// A share of this, so that what began together drifts apart.
    ///
    /// - Parameters:
    ///   - shares: Between which shares it is drawn, both included.
    ///   - generator: Where the jitter comes from; asked once, whatever it says.
    /// - Returns: The share.
    package func jittered(
        _ shares: ClosedRange<Double>,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        // Not `Double.random`, which draws again on some bits: for ever, from a fixed source.
        let drawn = Double(generator.next() >> 11) / Double((1 << 53) - 1)
        return self * (shares.lowerBound + (shares.upperBound - shares.lowerBound) * drawn)
    }

    /// A share of this, as usual.
    ///
    /// Not a default of the other: the compiler (6.3) crashes on one where the generator is an existential.
    ///
    /// - Parameter generator: Where the jitter comes from.
    /// - Returns: The share.
    package func jittered(using generator: inout some RandomNumberGenerator) -> Duration {
        jittered(Self.usualJitter, using: &generator)
    }
}
