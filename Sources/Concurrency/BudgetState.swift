/// Who holds and who waits.
///
/// Pure: continuations are handed back to be resumed outside the lock.
struct BudgetState {
    struct Waiter {
        let id: UInt64
        let amount: Int
        let lane: Lane
        let continuation: CheckedContinuation<Void, any Error>
    }

    enum Verdict {
        case admitted
        case waits
        case cancelled
    }

    private let limit: Int
    private let interactiveLimit: Int
    private(set) var reserved = 0
    private var waiters = LaneQueue<Waiter>()
    private var nextID: UInt64 = 0

    /// - Parameters:
    ///   - limit: Units in all.
    ///   - spare: Units beyond them for the interactive lane.
    init(limit: Int, spare: Int = 0) {
        self.limit = limit
        interactiveLimit = limit + min(max(0, spare), .max - limit)
    }

    /// How many wait.
    var waiting: Int { waiters.count }

    mutating func makeID() -> UInt64 {
        nextID += 1
        return nextID
    }

    mutating func request(
        id: UInt64,
        amount: Int,
        lane: Lane,
        continuation: CheckedContinuation<Void, any Error>
    ) -> Verdict {
        if requestNow(amount, lane: lane) { return .admitted }
        waiters.append(Waiter(id: id, amount: amount, lane: lane, continuation: continuation), in: lane)
        return .waits
    }

    mutating func requestNow(_ amount: Int, lane: Lane) -> Bool {
        guard fits(amount, lane), waiters.takeTurn(in: lane) else { return false }
        reserved += amount
        return true
    }

    /// Takes a waiter out, which may make room for those behind it.
    mutating func cancel(
        id: UInt64
    ) -> (cancelled: CheckedContinuation<Void, any Error>?, admitted: [CheckedContinuation<Void, any Error>]) {
        guard let waiter = waiters.removeFirst(where: { $0.id == id }) else { return (nil, []) }
        return (waiter.continuation, admitThoseThatFit())
    }

    mutating func release(_ amount: Int) -> [CheckedContinuation<Void, any Error>] {
        reserved -= amount
        return admitThoseThatFit()
    }

    private mutating func admitThoseThatFit() -> [CheckedContinuation<Void, any Error>] {
        var admitted: [CheckedContinuation<Void, any Error>] = []
        while let first = waiters.first, fits(first.amount, first.lane), let waiter = waiters.popFirst() {
            reserved += waiter.amount
            admitted.append(waiter.continuation)
        }
        return admitted
    }

    private func fits(_ amount: Int, _ lane: Lane) -> Bool {
        reserved == 0 || reserved + amount <= (lane == .interactive ? interactiveLimit : limit)
    }
}
