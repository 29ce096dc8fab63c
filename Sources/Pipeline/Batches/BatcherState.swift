package import Concurrency
import DequeModule

/// Decides which images go together, when, and to which engine.
///
/// Pure: it is told what happened and the time, and answers with what to do. Images that share a key (pipeline and
/// localization size) and a lane form a group; each has a weight, and a batch is full at its group's capacity. The rules:
/// - A full batch goes to the least busy engine as long as that has fewer than ``depth`` batches, so that the next batch is
///   prepared while one is inferred.
/// - An idle engine also takes a part-filled batch: at once when nothing upstream could still join it, or when memory for
///   more images has run out; otherwise once its oldest image has waited for the linger.
/// - Groups are served by their oldest image. One that other batches have gone past ``patience`` times is as good as full, so that a rare
///   size is not starved by a common one that always fills its batches.
/// - An image that somebody waits for goes with those of its lane that are there, and waits for no others: first, and to an engine
///   with ``depth`` batches too, unless one of its lane is among them. Of groups that could go, ``LaneTurns`` chooses the lane.
package struct BatcherState<Key: Hashable & Sendable, Item: Sendable>: Sendable {
    /// Something to do, in the order given.
    package enum Action: Sendable {
        case dispatch(engine: Int, key: Key, lane: Lane, items: [Item])
        /// Call ``timerFired(now:)`` at that time; there is never more than one timer.
        case setTimer(ContinuousClock.Instant)
    }

    private struct GroupKey: Hashable {
        let key: Key
        let lane: Lane
    }

    /// The batches of an engine, by lane.
    private struct Hand {
        var batch = 0
        var interactive = 0

        var count: Int { batch + interactive }
        var hasRoom: Bool { count < depth }
        var hasRoomForInteractive: Bool { hasRoom || interactive == 0 }
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
        /// Batches of other groups that went while its oldest image waited.
        var passed = 0

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
            passed = 0
            return items
        }
    }

    /// Batches of others that go past a part-filled one before it is taken as it is: where a rare size is always there, one run of the
    /// model in five has room to spare.
    package static var patience: Int { 4 }

    /// Batches an engine may have in hand: one inferring, one being prepared.
    package static var depth: Int { 2 }

    private let capacity: @Sendable (Key) -> Int
    private let linger: Duration
    private var groups: [GroupKey: Group] = [:]
    private var hands: [Hand]
    private var turns = LaneTurns()
    private var upstream = 0
    private var blockedUpstream = 0
    private var timerIsSet = false
    /// How long engines had a batch, or images that waited while they had none.
    package private(set) var demand = EngineDemand()

    /// Starts with nothing waiting.
    ///
    /// - Parameters:
    ///   - capacity: The weight of a full batch of a key.
    ///   - linger: How long an image waits for others while an engine is idle.
    ///   - engineCount: How many engines take batches.
    package init(capacity: @escaping @Sendable (Key) -> Int, linger: Duration, engineCount: Int) {
        self.capacity = capacity
        self.linger = linger
        self.hands = Array(repeating: Hand(), count: max(1, engineCount))
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
    ///   - id: Names it for ``withdraw(_:now:)``; unique.
    ///   - item: The image.
    ///   - key: What it shares with the others of its batch.
    ///   - lane: Whether somebody waits for it.
    ///   - weight: How much of its batch's capacity it takes, at least 1.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func submit(
        _ id: UInt64,
        _ item: Item,
        key: Key,
        lane: Lane = .batch,
        weight: Int = 1,
        now: ContinuousClock.Instant
    ) -> [Action] {
        upstream -= 1
        groups[GroupKey(key: key, lane: lane), default: Group()].append(
            Waiting(id: id, item: item, weight: weight, since: now)
        )
        return decide(now: now)
    }

    /// Takes an image out that still waits; nil when it has been dispatched or was never here.
    package mutating func withdraw(_ id: UInt64, now: ContinuousClock.Instant) -> Item? {
        defer { demand.change(to: wantedEngines, now: now) }
        for (key, var group) in groups {
            guard let index = group.waiting.firstIndex(where: { $0.id == id }) else { continue }
            let item = group.remove(at: index)
            groups[key] = group.waiting.isEmpty ? nil : group
            return item
        }
        return nil
    }

    /// An engine has finished a batch of a lane.
    package mutating func engineFinished(
        _ engine: Int,
        lane: Lane = .batch,
        now: ContinuousClock.Instant
    ) -> [Action] {
        switch lane {
        case .interactive: hands[engine].interactive -= 1
        case .batch: hands[engine].batch -= 1
        }
        return decide(now: now)
    }

    /// The time asked for by ``Action/setTimer(_:)`` has come.
    package mutating func timerFired(now: ContinuousClock.Instant) -> [Action] {
        timerIsSet = false
        return decide(now: now)
    }

    private typealias Oldest = (group: GroupKey, since: ContinuousClock.Instant)
    private typealias Dispatch = (group: GroupKey, engine: Int)

    private mutating func decide(now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        while let next = nextDispatch(now: now) {
            actions.append(dispatch(next.group, to: next.engine))
        }
        if !timerIsSet, let engine = leastBusyEngine, hands[engine].count == 0, let oldest = oldestWaiting() {
            timerIsSet = true
            actions.append(.setTimer(oldest.since + linger))
        }
        demand.change(to: wantedEngines, now: now)
        return actions
    }

    /// Engines that have a batch, and those that could have one of the images that wait.
    private var wantedEngines: Int {
        let idle = hands.count { $0.count == 0 }
        return hands.count - idle + min(idle, waitingCount)
    }

    private mutating func nextDispatch(now: ContinuousClock.Instant) -> Dispatch? {
        guard let engine = leastBusyEngine else { return nil }
        let batch = hands[engine].hasRoom ? nextBatch(engineIsIdle: hands[engine].count == 0, now: now) : nil
        let interactive = nextInteractive()
        guard let lane = turns.next(interactive: interactive != nil, batch: batch != nil) else { return nil }
        turns.took(lane, batchWaits: batch != nil)
        return lane == .interactive ? interactive : batch.map { ($0, engine) }
    }

    private var leastBusyEngine: Int? {
        hands.indices.min { hands[$0].count < hands[$1].count }
    }

    private func nextInteractive() -> Dispatch? {
        let engines = hands.indices.filter { hands[$0].hasRoomForInteractive }
        guard let engine = engines.min(by: { hands[$0].count < hands[$1].count }) else { return nil }
        return oldestWaiting { key, _ in key.lane == .interactive }.map { ($0.group, engine) }
    }

    private func nextBatch(engineIsIdle: Bool, now: ContinuousClock.Instant) -> GroupKey? {
        let ready = oldestWaiting { key, group in
            key.lane == .batch && (group.weight >= capacity(key.key) || group.passed >= Self.patience)
        }
        if let ready { return ready.group }
        guard engineIsIdle, let oldest = oldestWaiting(where: { key, _ in key.lane == .batch }) else { return nil }
        let nothingCanJoin = upstream <= blockedUpstream
        return nothingCanJoin || oldest.since + linger <= now ? oldest.group : nil
    }

    private func oldestWaiting(where isCandidate: (GroupKey, Group) -> Bool = { _, _ in true }) -> Oldest? {
        var oldest: Oldest?
        for (key, group) in groups where isCandidate(key, group) {
            guard let since = group.waiting.first?.since else { continue }
            if let best = oldest, best.since <= since { continue }
            oldest = (key, since)
        }
        return oldest
    }

    private mutating func dispatch(_ key: GroupKey, to engine: Int) -> Action {
        var group = groups.removeValue(forKey: key) ?? Group()
        let items = group.takeBatch(capacity: capacity(key.key))
        for other in groups.keys where other.lane == .batch {
            groups[other]?.passed += 1
        }
        if !group.waiting.isEmpty { groups[key] = group }
        switch key.lane {
        case .interactive: hands[engine].interactive += 1
        case .batch: hands[engine].batch += 1
        }
        return .dispatch(engine: engine, key: key.key, lane: key.lane, items: items)
    }
}
