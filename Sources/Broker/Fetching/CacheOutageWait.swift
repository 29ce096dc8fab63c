import Pipeline
import Synchronization

/// How long pixels wait for a cache that does not take them: once an outage, not once an image.
final class CacheOutageWait: Sendable {
    private let patience: Duration
    private let outageBegan = Mutex<Duration?>(nil)

    /// - Parameter patience: How long an outage may hold up those that meet it.
    init(_ patience: Duration) {
        self.patience = patience
    }

    /// Whether pixels that were refused just now should be offered again in a while.
    func isLeft(after trouble: CacheFailure?, at now: Duration) -> Bool {
        let began = outageBegan.withLock { outageBegan in
            let began = outageBegan ?? now
            outageBegan = began
            return began
        }
        return trouble?.isPermanent != true && now - began < patience
    }

    /// Pixels were taken.
    func succeeded() {
        outageBegan.withLock { $0 = nil }
    }
}
