import DequeModule

/// First in, first out in each of two lanes; whose turn it is of the two is a matter of ``LaneTurns``.
package struct LaneQueue<Element> {
    private var interactive: Deque<Element> = []
    private var batch: Deque<Element> = []
    private var turns = LaneTurns()

    /// Makes an empty queue.
    package init() {}

    /// Elements of both lanes.
    package var count: Int { interactive.count + batch.count }

    /// Whether nothing waits.
    package var isEmpty: Bool { interactive.isEmpty && batch.isEmpty }

    /// The element whose turn it is.
    package var first: Element? {
        switch nextLane {
        case .interactive: interactive.first
        case .batch: batch.first
        case nil: nil
        }
    }

    /// Adds an element at the end of a lane.
    package mutating func append(_ element: Element, in lane: Lane) {
        switch lane {
        case .interactive: interactive.append(element)
        case .batch: batch.append(element)
        }
    }

    /// Takes out the element whose turn it is; with a lane the first of that, which is nobody's turn.
    @discardableResult
    package mutating func popFirst(in lane: Lane? = nil) -> Element? {
        switch lane {
        case .interactive?: return interactive.popFirst()
        case .batch?: return batch.popFirst()
        case nil:
            guard let next = nextLane else { return nil }
            turns.took(next, batchWaits: !batch.isEmpty)
            return next == .interactive ? interactive.popFirst() : batch.popFirst()
        }
    }

    /// Takes out the element whose turn it is among those that may go now.
    package mutating func popFirst(where mayGo: (Element) -> Bool) -> Element? {
        let (urgent, other) = (interactive.firstIndex(where: mayGo), batch.firstIndex(where: mayGo))
        guard let next = turns.next(interactive: urgent != nil, batch: other != nil) else { return nil }
        turns.took(next, batchWaits: other != nil)
        return switch next {
        case .interactive: urgent.map { interactive.remove(at: $0) }
        case .batch: other.map { batch.remove(at: $0) }
        }
    }

    /// Whether one that comes now in a lane is before all that wait; its turn is taken then.
    package mutating func takeTurn(in lane: Lane) -> Bool {
        guard isNext(lane) else { return false }
        turns.took(lane, batchWaits: !batch.isEmpty)
        return true
    }

    /// Whether one that comes now in a lane is before all that wait.
    package func isNext(_ lane: Lane) -> Bool {
        switch lane {
        case .interactive: interactive.isEmpty && turns.next(interactive: true, batch: !batch.isEmpty) == .interactive
        case .batch: count == 0
        }
    }

    /// Takes out the first element for which `isWanted` holds.
    package mutating func removeFirst(where isWanted: (Element) -> Bool) -> Element? {
        if let index = interactive.firstIndex(where: isWanted) { return interactive.remove(at: index) }
        return batch.firstIndex(where: isWanted).map { batch.remove(at: $0) }
    }

    /// Takes out those for which `isUnwanted` holds.
    package mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        interactive.removeAll(where: isUnwanted)
        batch.removeAll(where: isUnwanted)
    }

    /// Takes out all of them, the interactive lane's first.
    package mutating func takeAll() -> [Element] {
        defer { (interactive, batch) = ([], []) }
        return Array(interactive) + Array(batch)
    }

    private var nextLane: Lane? { turns.next(interactive: !interactive.isEmpty, batch: !batch.isEmpty) }
}

extension LaneQueue: Sendable where Element: Sendable {}
