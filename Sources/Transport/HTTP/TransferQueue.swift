internal import Concurrency

/// Who may transfer now: at most so many at once to one origin, and so many in all; first come, first served per origin and lane, the
/// interactive one before the other.
///
/// Kept here rather than left to libcurl because versions differ in how time limits count for transfers that wait.
struct TransferQueue<ID: Hashable> {
    private let perOrigin: Int
    private let total: Int
    private var waiting = LaneQueue<(id: ID, origin: String)>()
    private var running: [ID: String] = [:]
    private var runningPerOrigin: [String: Int] = [:]

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - perOrigin: Transfers at once to one scheme, host and port.
    ///   - total: Transfers at once in all.
    init(perOrigin: Int, total: Int) {
        self.perOrigin = max(1, perOrigin)
        self.total = max(1, total)
    }

    /// How many wait.
    var waitingCount: Int { waiting.count }

    /// Takes a transfer in; ``admit()`` says when it may start.
    mutating func enqueue(_ id: ID, origin: String, lane: Lane = .batch) {
        waiting.append((id, origin), in: lane)
    }

    /// The transfers that may start now, in order; they count as running from here on.
    mutating func admit() -> [ID] {
        var admitted: [ID] = []
        while running.count < total {
            let (busy, perOrigin) = (runningPerOrigin, perOrigin)
            guard let next = waiting.popFirst(where: { busy[$0.origin, default: 0] < perOrigin }) else { break }
            running[next.id] = next.origin
            runningPerOrigin[next.origin, default: 0] += 1
            admitted.append(next.id)
        }
        return admitted
    }

    /// Forgets a transfer that ended or was given up, running or waiting.
    mutating func remove(_ id: ID) {
        guard let origin = running.removeValue(forKey: id) else {
            waiting.removeAll { $0.id == id }
            return
        }
        let count = runningPerOrigin[origin, default: 1] - 1
        runningPerOrigin[origin] = count > 0 ? count : nil
    }
}
