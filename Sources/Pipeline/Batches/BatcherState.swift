import DequeModule

/// Decides which images go together, when, and to which engine.
///
/// Pure: it is told what happened and the time, and answers with what to do. Images that share a key (pipeline and
/// localization size) form a group; each has a weight, and a batch is full at its group's capacity. The rules:
/// - A full batch goes to the least busy engine as long as that has fewer than ``depth`` batches, so that the next batch is
///   prepared while one is inferred.
/// - An idle engine also takes a part-filled batch: at once when nothing upstream could still join it, or when memory for
///   more images has run out; otherwise once its oldest image has waited for the linger.
/// - Groups are served by their oldest image, so that a rare size is not starved by a common one.
package struct BatcherState<Key: Hashable & Sendable, Item: Sendable>: Sendable {
    /// Something to do, in the order given.
    package enum Action: Sendable {
        case dispatch(engine: Int, key: Key, items: [Item])
        /// Call ``timerFired(now:)`` at that time; there is never more than one timer.
        case setTimer(ContinuousClock.Instant)
    }

    private struct Waiting {
        let id: UInt64
        let item: Item
        let weight: Int
        let since: ContinuousClock.Instant
    }

    private struct Group {
        var waiting: Deque<Waiting> = []
        /// Of all that wait.
        var weight = 0

        mutating func append(_ item: Waiting) {
            waiting.append(item)
            weight += item.weight
        }

        mutating func remove(at index: Int) -> Item {
            let item = waiting.remove(at: index)
            weight -= item.weight
            return item.item
        }

        /// Takes out as many of the oldest as a batch holds, at least one.
        mutating func takeBatch(capacity: Int) -> [Item] {
            var (items, room): ([Item], Int) = ([], capacity)
            while let next = waiting.first, items.isEmpty || next.weight <= room {
                room -= next.weight
                items.append(remove(at: 0))
            }
            return items
        }
    }

    /// Batches an engine may have in hand: one inferring, one being prepared.
    package static var depth: Int { 2 }

    private let capacity: @Sendable (Key) -> Int
    private let linger: Duration
    private var groups: [Key: Group] = [:]
    private var batchesInHand: [Int]
    private var upstream = 0
    private var blockedUpstream = 0
    private var timerIsSet = false

    /// Starts with nothing waiting.
    ///
    /// - Parameters:
    ///   - capacity: The weight of a full batch of a key.
    ///   - linger: How long an image waits for others while an engine is idle.
    ///   - engineCount: How many engines take batches.
    package init(capacity: @escaping @Sendable (Key) -> Int, linger: Duration, engineCount: Int) {
        self.capacity = capacity
        self.linger = linger
        self.batchesInHand = Array(repeating: 0, count: max(1, engineCount))
    }

    /// Images waiting for a batch.
    package var waitingCount: Int { groups.values.reduce(0) { $0 + $1.waiting.count } }

    /// A task has set out: an image may come.
    package mutating func upstreamEntered() {
        upstream += 1
    }

    /// A task has ended before its image came here.
    package mutating func upstreamLeft(now: ContinuousClock.Instant) -> [Action] {
        upstream -= 1
        return decide(now: now)
    }

    /// An image cannot come before others have left: it waits for memory.
    package mutating func upstreamBlocked(now: ContinuousClock.Instant) -> [Action] {
        blockedUpstream += 1
        return decide(now: now)
    }

    /// An image that waited for memory has got it.
    package mutating func upstreamUnblocked() {
        blockedUpstream -= 1
    }

    /// An image is here; it no longer counts as upstream.
    ///
    /// - Parameters:
    ///   - id: Names it for ``withdraw(_:)``; unique.
    ///   - item: The image.
    ///   - key: What it shares with the others of its batch.
    ///   - weight: How much of its batch's capacity it takes, at least 1.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func submit(
        _ id: UInt64,
        _ item: Item,
        key: Key,
        weight: Int = 1,
        now: ContinuousClock.Instant
    ) -> [Action] {
        upstream -= 1
        groups[key, default: Group()].append(Waiting(id: id, item: item, weight: weight, since: now))
        return decide(now: now)
    }

    /// Takes an image out that still waits; nil when it has been dispatched or was never here.
    package mutating func withdraw(_ id: UInt64) -> Item? {
        for (key, var group) in groups {
            guard let index = group.waiting.firstIndex(where: { $0.id == id }) else { continue }
            let item = group.remove(at: index)
            groups[key] = group.waiting.isEmpty ? nil : group
            return item
        }
        return nil
    }

    /// An engine has finished a batch.
    package mutating func engineFinished(_ engine: Int, now: ContinuousClock.Instant) -> [Action] {
        batchesInHand[engine] -= 1
        return decide(now: now)
    }

    /// The time asked for by ``Action/setTimer(_:)`` has come.
    package mutating func timerFired(now: ContinuousClock.Instant) -> [Action] {
        timerIsSet = false
        return decide(now: now)
    }

    private mutating func decide(now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        while let engine = leastBusyEngine, let key = nextKey(engineIsIdle: batchesInHand[engine] == 0, now: now) {
            actions.append(dispatch(key, to: engine))
        }
        if !timerIsSet, let engine = leastBusyEngine, batchesInHand[engine] == 0,
            let oldest = oldestWaiting(where: { _, _ in true })
        {
            timerIsSet = true
            actions.append(.setTimer(oldest.since + linger))
        }
        return actions
    }

    private var leastBusyEngine: Int? {
        guard let engine = batchesInHand.indices.min(by: { batchesInHand[$0] < batchesInHand[$1] }) else { return nil }
        return batchesInHand[engine] < Self.depth ? engine : nil
    }

    private func nextKey(engineIsIdle: Bool, now: ContinuousClock.Instant) -> Key? {
        if let full = oldestWaiting(where: { $1.weight >= capacity($0) }) { return full.key }
        guard engineIsIdle, let oldest = oldestWaiting(where: { _, _ in true }) else { return nil }
        let nothingCanJoin = upstream <= blockedUpstream
        return nothingCanJoin || oldest.since + linger <= now ? oldest.key : nil
    }

    private func oldestWaiting(
        where isCandidate: (Key, Group) -> Bool
    ) -> (key: Key, since: ContinuousClock.Instant)? {
        var oldest: (key: Key, since: ContinuousClock.Instant)?
        for (key, group) in groups where isCandidate(key, group) {
            guard let since = group.waiting.first?.since else { continue }
            if let best = oldest, best.since <= since { continue }
            oldest = (key, since)
        }
        return oldest
    }

    private mutating func dispatch(_ key: Key, to engine: Int) -> Action {
        var group = groups.removeValue(forKey: key) ?? Group()
        let items = group.takeBatch(capacity: capacity(key))
        if !group.waiting.isEmpty { groups[key] = group }
        batchesInHand[engine] += 1
        return .dispatch(engine: engine, key: key, items: items)
    }
}
