internal import Synchronization

/// How much of all requests' bodies may be in memory at one time.
final class BodyBudget: Sendable {
    private let free: Mutex<Int>

    init(bytes: Int) {
        free = Mutex(bytes)
    }

    /// Takes room; false, and none taken, when there is not enough.
    func take(_ bytes: Int) -> Bool {
        free.withLock { free in
            guard bytes <= free else { return false }
            free -= bytes
            return true
        }
    }

    /// Gives room back.
    func giveBack(_ bytes: Int) {
        free.withLock { $0 += bytes }
    }
}
