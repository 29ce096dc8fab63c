/// Decides when a queue is left to others because its tasks cannot go on here, and when it is consumed again.
///
/// Pure: the time comes from outside. Deliveries that are held until a broker's `consumer_timeout` come again and count as tried, though
/// nobody tried them.
struct QueuePausePolicy {
    /// How long an obstacle may last; a ready queue that is full for a moment costs nothing.
    static let patience = Duration.seconds(5)

    /// A change to be logged.
    enum Change: Equatable {
        case held(reason: String)
        case released
    }

    private var since: Duration?
    /// The obstacle, once it has lasted.
    private(set) var reason: String?

    /// A task went on: whatever is in the way lets some through.
    mutating func moved(now: Duration) {
        if reason == nil, since != nil { since = now }
    }

    /// Notes what is in the way now.
    mutating func note(_ obstacle: String?, now: Duration) -> Change? {
        guard let obstacle else {
            defer { (since, reason) = (nil, nil) }
            return reason == nil ? nil : .released
        }
        let began = since ?? now
        since = began
        guard now - began >= Self.patience else { return nil }
        defer { reason = obstacle }
        return reason == nil ? .held(reason: obstacle) : nil
    }
}
