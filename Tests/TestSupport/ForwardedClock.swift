import Synchronization

/// The machine's clock, which a test can set forward, so that nobody has to wait until long times are over.
///
/// Whoever sleeps meanwhile sleeps on for as long as it wanted.
package final class ForwardedClock: Clock, Sendable {
    private let lead = Mutex(Duration.zero)

    /// Goes as the machine's clock does.
    package init() {}

    /// The current time.
    package var now: ContinuousClock.Instant { .now + lead.withLock(\.self) }
    /// The finest step.
    package var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// Sleeps for as long as it is till then now.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await Task.sleep(for: deadline - now, tolerance: tolerance)
    }

    /// Sets the clock forward.
    ///
    /// - Parameter duration: How far.
    package func advance(by duration: Duration) {
        lead.withLock { $0 += duration }
    }
}
