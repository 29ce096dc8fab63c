import DequeModule

/// The published messages whose fate the broker has not told yet.
///
/// Pure. The broker numbers publishes on a channel from one; it confirms them singly or "up to and including", in any order. It sends
/// `basic.return` for an unroutable message before the confirm, without the number: a returned message is paired by what it is
/// (message id, exchange, routing key). When several messages in flight are the same in all three, all of them count as returned,
/// because one reported as lost and published twice is harmless and one lost and reported as safe is not.
struct AMQPConfirmWindow {
    /// The marks by which a returned message is recognised.
    struct Identity: Hashable {
        let messageID: String?
        let exchange: String
        let routingKey: String
    }

    /// The fate of a message.
    enum Fate: Equatable {
        case confirmed
        case nacked
        case returned(code: UInt16, reason: String)
    }

    /// One message with its fate.
    struct Settled: Equatable {
        let id: UInt64
        let fate: Fate
    }

    /// The broker confirmed a message that was never published on this channel.
    struct UnknownTag: Error, Equatable {
        let tag: UInt64
    }

    private struct Entry {
        let id: UInt64
        let identity: Identity
        /// When the latest part of it went out.
        var sentAt: ContinuousClock.Instant
        var returned: Fate?
    }

    // Position 0 is `firstTag`; settled messages leave a hole until all before them are settled, too.
    private var entries: Deque<Entry?> = []
    private var firstTag: UInt64 = 1
    private var tags: [Identity: Set<UInt64>] = [:]

    /// How many messages have no fate yet.
    private(set) var count = 0

    /// When the oldest message without a fate went out.
    var oldestSentAt: ContinuousClock.Instant? { entries.first.flatMap { $0?.sentAt } }

    /// Takes a message about to be sent; its number is one more than the last.
    mutating func add(id: UInt64, identity: Identity, now: ContinuousClock.Instant) {
        tags[identity, default: []].insert(firstTag + UInt64(entries.count))
        entries.append(Entry(id: id, identity: identity, sentAt: now, returned: nil))
        count += 1
    }

    /// Notes that a further part of the latest message went out: a large one may take its time on a slow link.
    mutating func sentPart(now: ContinuousClock.Instant) {
        guard let last = entries.indices.last else { return }
        entries[last]?.sentAt = now
    }

    /// Notes a returned message; says whether one such is in flight.
    mutating func noteReturn(_ identity: Identity, code: UInt16, reason: String) -> Bool {
        guard let same = tags[identity] else { return false }
        for tag in same {
            entries[Int(tag - firstTag)]?.returned = .returned(code: code, reason: reason)
        }
        return true
    }

    /// Takes a confirm (`positive`) or a nack.
    ///
    /// A confirm for a message that already has its fate changes nothing. With `multiple`, tag 0 stands for all in flight.
    mutating func confirm(tag: UInt64, multiple: Bool, positive: Bool) throws(UnknownTag) -> [Settled] {
        let endTag = firstTag + UInt64(entries.count)
        guard tag < endTag, tag > 0 || multiple else { throw UnknownTag(tag: tag) }
        var settled: [Settled] = []
        if multiple {
            let last = tag == 0 ? endTag - 1 : tag
            while firstTag <= last, let entry = entries.popFirst() {
                if let entry { settled.append(settle(entry, tag: firstTag, positive: positive)) }
                firstTag += 1
            }
        } else if tag >= firstTag, let entry = entries[Int(tag - firstTag)] {
            entries[Int(tag - firstTag)] = nil
            settled.append(settle(entry, tag: tag, positive: positive))
        }
        while let first = entries.first, first == nil {
            entries.removeFirst()
            firstTag += 1
        }
        return settled
    }

    /// Gives up all messages in flight, as their channel is gone, and counts from one again.
    mutating func abandon() -> [UInt64] {
        let ids = entries.compactMap { $0?.id }
        self = AMQPConfirmWindow()
        return ids
    }

    private mutating func settle(_ entry: Entry, tag: UInt64, positive: Bool) -> Settled {
        count -= 1
        tags[entry.identity]?.remove(tag)
        if tags[entry.identity]?.isEmpty == true { tags[entry.identity] = nil }
        return Settled(id: entry.id, fate: positive ? entry.returned ?? .confirmed : .nacked)
    }
}
