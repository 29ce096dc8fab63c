/// How long engines had something to run, summed over the engines: what the time in which they ran is held against.
package struct EngineDemand: Sendable {
    private var total = Duration.zero
    private var engines = 0
    private var since: ContinuousClock.Instant?

    /// Starts with nothing to run.
    init() {}

    /// From now on so many engines have something to run.
    mutating func change(to engines: Int, now: ContinuousClock.Instant) {
        total = time(now: now)
        self.engines = engines
        // Threads that take the time before they get here come in another order.
        since = max(since ?? now, now)
    }

    /// The time until now.
    package func time(now: ContinuousClock.Instant) -> Duration {
        guard let since else { return .zero }
        return total + max(.zero, since.duration(to: now)) * engines
    }
}
