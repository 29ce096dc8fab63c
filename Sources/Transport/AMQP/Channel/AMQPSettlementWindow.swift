import DequeModule

/// Settlements of one channel's deliveries, sent to the broker in as few frames as the order allows.
///
/// Pure. A broker may be told of all deliveries up to a number at once, which costs both sides one frame instead of many, and a
/// quorum queue one entry of its log. So deliveries are kept in the order in which they came, and where the oldest are all to be
/// acknowledged, one frame does it. What is acknowledged out of order, given back or rejected has a frame of its own.
struct AMQPSettlementWindow {
    /// One frame to send.
    struct Frame: Equatable {
        let answer: AMQPSettlement
        let tag: UInt64
        /// Whether it settles all deliveries up to the tag.
        let isMultiple: Bool
    }

    private enum Place: Equatable {
        case inHand
        case waiting(AMQPSettlement)
        case sent
    }

    // Ascending tags; the first is not sent.
    private var deliveries: Deque<(tag: UInt64, place: Place)> = []
    // Twice what was left the last time, so that looking at all of them costs little for each.
    private var nextCompaction = 256
    // Tags of the deliveries whose answer waits, in the order of the answers.
    private var waiting: Deque<UInt64> = []

    // The highest tag that came; the delivery itself may be forgotten already.
    private var lastTag: UInt64?

    /// Deliveries that are remembered: those not answered yet, and not many more.
    var remembered: Int { deliveries.count }

    /// Whether there is nothing to send.
    var isEmpty: Bool { waiting.isEmpty }

    /// Takes a delivery, or a message that was asked for; says whether its tag is above all before it, as a broker counts them.
    mutating func delivered(_ tag: UInt64) -> Bool {
        guard lastTag.map({ $0 < tag }) ?? true else { return false }
        lastTag = tag
        deliveries.append((tag, .inHand))
        return true
    }

    /// Takes the answer to a delivery; the one to a delivery that is not here is forgotten.
    mutating func answer(_ tag: UInt64, _ answer: AMQPSettlement) {
        guard let index = index(of: tag), deliveries[index].place == .inHand else { return }
        deliveries[index].place = .waiting(answer)
        waiting.append(tag)
    }

    /// The next frame; nil when there is none to send.
    mutating func next() -> Frame? {
        if let frame = takeOldestAcknowledged() { return frame }
        guard let tag = waiting.popFirst(), let index = index(of: tag),
            case .waiting(let answer) = deliveries[index].place
        else { return nil }
        deliveries[index].place = .sent
        trim()
        return Frame(answer: answer, tag: tag, isMultiple: false)
    }

    /// Takes the oldest deliveries as far as all of them are settled or to be acknowledged, if that saves a frame.
    private mutating func takeOldestAcknowledged() -> Frame? {
        var (last, count) = (0, 0)
        for (index, delivery) in deliveries.enumerated() {
            if delivery.place == .waiting(.ack) {
                last = index
                count += 1
            } else if delivery.place != .sent {
                break
            }
        }
        guard count > 1 else { return nil }
        let tag = deliveries[last].tag
        deliveries.removeFirst(last + 1)
        trim()
        waiting.removeAll { $0 <= tag }
        return Frame(answer: .ack, tag: tag, isMultiple: true)
    }

    private mutating func trim() {
        while deliveries.first?.place == .sent { deliveries.removeFirst() }
        // One that is held for long keeps all behind it from being the first.
        guard deliveries.count >= nextCompaction else { return }
        deliveries.removeAll { $0.place == .sent }
        nextCompaction = max(256, deliveries.count * 2)
    }

    private func index(of tag: UInt64) -> Int? {
        var (low, high) = (0, deliveries.count)
        while low < high {
            let middle = (low + high) / 2
            if deliveries[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low < deliveries.count && deliveries[low].tag == tag ? low : nil
    }
}
