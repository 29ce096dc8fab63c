/// A clock of any kind as time since a start, so that state machines compare durations and tests bring their own.
package struct WaitClock: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// Starts counting now.
    ///
    /// - Parameter clock: The clock that counts.
    package init<Counting: Clock>(_ clock: Counting = ContinuousClock()) where Counting.Duration == Duration {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        wait = { try await clock.sleep(for: $0) }
    }

    /// Time since the start.
    package var now: Duration { elapsed() }

    /// Waits.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(for duration: Duration) async throws {
        try await wait(duration)
    }

    /// Waits, unless one of some changes comes first or the task is cancelled.
    ///
    /// - Parameters:
    ///   - duration: The longest wait.
    ///   - changes: What ends it early.
    package func pause(for duration: Duration, orUntil changes: WakeSignal.Change...) async {
        await withTaskGroup(of: Void.self) { group in
            for change in changes { group.addTask { await change.wait() } }
            // Only a cancellation ends it early, and then there is nothing left to wait for.
            group.addTask { try? await sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }
}
