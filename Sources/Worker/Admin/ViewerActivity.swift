import Synchronization

/// Whether anybody looks: what costs something is only done then.
final class ViewerActivity: Sendable {
    private let lastLook = Mutex<ContinuousClock.Instant?>(nil)

    /// Somebody has looked.
    func look() {
        lastLook.withLock { $0 = .now }
    }

    /// Whether somebody has looked within the last minute.
    var isThere: Bool { lastLook.withLock { $0.map { .now - $0 < .seconds(60) } ?? false } }
}
