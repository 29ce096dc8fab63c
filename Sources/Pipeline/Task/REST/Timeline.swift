/// A clock of any kind as time since a start, so that state machines compare durations and tests bring their own clock.
package struct Timeline: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void

    /// Starts counting now.
    package init<C: Clock>(_ clock: C) where C.Duration == Duration {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: $0) }
    }

    /// Time since the start.
    package var now: Duration { elapsed() }

    /// Waits.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(for duration: Duration) async throws {
        try await pause(duration)
    }
}
