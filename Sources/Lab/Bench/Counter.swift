import Synchronization

/// Numbers from 0, each handed out once, to whoever asks.
final class Counter: Sendable {
    private let next = Atomic(0)

    /// The next number; nil once it is not below `limit`.
    func take(below limit: Int) -> Int? {
        let number = next.add(1, ordering: .relaxed).oldValue
        return number < limit ? number : nil
    }
}
