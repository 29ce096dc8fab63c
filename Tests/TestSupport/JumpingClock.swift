import Synchronization

/// A clock on which nobody waits: whoever sleeps moves it to where the sleep would have ended.
package final class JumpingClock: Clock, Sendable {
    package typealias Instant = TestClock.Instant

    private let offset = Mutex(Duration.zero)

    /// Starts at zero.
    package init() {}

    /// The current time.
    package var now: Instant { Instant(offset: offset.withLock { $0 }) }
    /// The finest step.
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Moves the clock, after everybody else has had a turn.
    ///
    /// - Throws: `CancellationError`, and the clock stays, when the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        await Task.yield()
        try Task.checkCancellation()
        offset.withLock { $0 = max($0, deadline.offset) }
    }

    /// Moves the clock.
    ///
    /// - Parameter duration: How far.
    package func advance(by duration: Duration) {
        offset.withLock { $0 += duration }
    }
}
