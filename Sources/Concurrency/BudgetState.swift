/// Who holds and who waits.
///
/// Pure: continuations are handed back to be resumed outside the lock.
struct BudgetState {
    struct Waiter {
        let id: UInt64
        let amount: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    enum Verdict {
        case admitted
        case waits
        case cancelled
    }

    let limit: Int
    private(set) var reserved = 0
    private(set) var waiters: [Waiter] = []
    private var nextID: UInt64 = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func makeID() -> UInt64 {
        nextID += 1
        return nextID
    }

    mutating func request(id: UInt64, amount: Int, continuation: CheckedContinuation<Void, any Error>) -> Verdict {
        if requestNow(amount) { return .admitted }
        waiters.append(Waiter(id: id, amount: amount, continuation: continuation))
        return .waits
    }

    mutating func requestNow(_ amount: Int) -> Bool {
        guard waiters.isEmpty, fits(amount) else { return false }
        reserved += amount
        return true
    }

    /// Takes a waiter out, which may make room for those behind it.
    mutating func cancel(
        id: UInt64
    ) -> (cancelled: CheckedContinuation<Void, any Error>?, admitted: [CheckedContinuation<Void, any Error>]) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return (nil, []) }
        let waiter = waiters.remove(at: index)
        return (waiter.continuation, admitThoseThatFit())
    }

    mutating func release(_ amount: Int) -> [CheckedContinuation<Void, any Error>] {
        reserved -= amount
        return admitThoseThatFit()
    }

    private mutating func admitThoseThatFit() -> [CheckedContinuation<Void, any Error>] {
        var admitted: [CheckedContinuation<Void, any Error>] = []
        while let first = waiters.first, fits(first.amount) {
            reserved += first.amount
            admitted.append(waiters.removeFirst().continuation)
        }
        return admitted
    }

    private func fits(_ amount: Int) -> Bool {
        reserved == 0 || reserved + amount <= limit
    }
}
