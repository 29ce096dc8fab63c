/// When to tell the broker that we live, and when one that says nothing is taken for gone.
///
/// Pure. Whatever is sent or arrives counts as a sign of life.
struct AMQPHeartbeat {
    private let interval: Duration
    private var sentAt: ContinuousClock.Instant
    private var heardAt: ContinuousClock.Instant

    /// - Parameters:
    ///   - interval: What was agreed on; zero means none.
    ///   - now: The time.
    init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        (sentAt, heardAt) = (now, now)
    }

    /// Something was sent.
    mutating func sent(now: ContinuousClock.Instant) { sentAt = now }

    /// Something has arrived.
    mutating func heard(now: ContinuousClock.Instant) { heardAt = now }

    /// Whether to send one: half an interval after the latest sign of life, so that one that is late is in time.
    func isDue(now: ContinuousClock.Instant) -> Bool {
        interval > .zero && now - sentAt >= interval / 2
    }

    /// Whether the broker has let two intervals pass.
    func isMissed(now: ContinuousClock.Instant) -> Bool {
        interval > .zero && now - heardAt >= interval * 2
    }
}
