import Testing

@testable import Transport

@Suite("Confirms of published messages")
struct AMQPConfirmWindowTests {
    private func identity(_ name: String) -> AMQPConfirmWindow.Identity {
        AMQPConfirmWindow.Identity(messageID: name, exchange: "", routingKey: "q")
    }

    /// Messages 101, 102, …, numbered 1, 2, … by the broker.
    private func window(_ count: Int) -> AMQPConfirmWindow {
        var window = AMQPConfirmWindow()
        for number in 1...count { window.add(id: UInt64(100 + number), identity: identity("\(number)"), now: .now) }
        return window
    }

    @Test("Confirms out of order, several at once, and nacks settle each message once")
    func order() throws {
        var window = window(6)
        let third = try window.confirm(tag: 3, multiple: false, positive: true)
        #expect(third == [.init(id: 103, fate: .confirmed)])
        let toFourth = try window.confirm(tag: 4, multiple: true, positive: false)
        #expect(toFourth.map(\.id) == [101, 102, 104] && toFourth.allSatisfy { $0.fate == .nacked })
        let rest = try window.confirm(tag: 0, multiple: true, positive: true)
        #expect(rest.map(\.id) == [105, 106] && window.count == 0)
        window.add(id: 107, identity: identity("7"), now: .now)
        #expect(try window.confirm(tag: 7, multiple: false, positive: true).map(\.id) == [107])
    }

    @Test("A confirm given twice changes nothing; one for a message never sent is a fault")
    func twiceAndNever() throws {
        var window = window(2)
        _ = try window.confirm(tag: 2, multiple: false, positive: true)
        #expect(try window.confirm(tag: 2, multiple: false, positive: false).isEmpty)
        _ = try window.confirm(tag: 1, multiple: false, positive: true)
        #expect(try window.confirm(tag: 1, multiple: true, positive: true).isEmpty)
        for (tag, multiple) in [(UInt64(3), false), (3, true), (0, false)] {
            #expect(throws: AMQPConfirmWindow.UnknownTag(tag: tag)) {
                try window.confirm(tag: tag, multiple: multiple, positive: true)
            }
        }
    }

    @Test("A returned message is a failure although its confirm follows; nobody else's is")
    func returned() throws {
        var window = window(3)
        let isKnown = window.noteReturn(identity("2"), code: 312, reason: "NO_ROUTE")
        #expect(isKnown)
        let settled = try window.confirm(tag: 3, multiple: true, positive: true)
        #expect(settled.map(\.fate) == [.confirmed, .returned(code: 312, reason: "NO_ROUTE"), .confirmed])
        let isKnownAgain = window.noteReturn(identity("2"), code: 312, reason: "NO_ROUTE")
        #expect(!isKnownAgain)
    }

    @Test("Messages that cannot be told apart all count as returned, so that none is wrongly called safe")
    func twins() throws {
        var window = AMQPConfirmWindow()
        for id in 1...3 as ClosedRange<UInt64> {
            window.add(id: id, identity: identity(id == 2 ? "other" : "twin"), now: .now)
        }
        let isKnown = window.noteReturn(identity("twin"), code: 312, reason: "NO_ROUTE")
        #expect(isKnown)
        let settled = try window.confirm(tag: 0, multiple: true, positive: true)
        #expect(settled.filter { $0.fate == .confirmed }.map(\.id) == [2])
    }

    @Test("After a loss all in flight are given up and the numbers begin again")
    func abandon() throws {
        var window = window(4)
        _ = try window.confirm(tag: 2, multiple: false, positive: true)
        let ids = window.abandon()
        #expect(ids == [101, 103, 104])
        window.add(id: 200, identity: identity("x"), now: .now)
        #expect(try window.confirm(tag: 1, multiple: false, positive: true).map(\.id) == [200])
    }
}

@Suite("Deliveries are settled once, and only where they came from")
struct AMQPDeliveryLedgerTests {
    private let first = AMQPChannelEpoch(channel: 3, opening: 1)
    private let second = AMQPChannelEpoch(channel: 3, opening: 2)

    @Test func settleOnce() {
        var ledger = AMQPDeliveryLedger()
        ledger.opened(first)
        ledger.delivered(1, in: first)
        let settlements = (0..<2).map { _ in ledger.settle(1, in: first) }
        #expect(settlements == [.accepted, .alreadySettled])
        let never = ledger.settle(9, in: first)
        #expect(never == .alreadySettled && ledger.count == 0)
    }

    @Test func staleAfterReopening() {
        var ledger = AMQPDeliveryLedger()
        ledger.opened(first)
        ledger.delivered(1, in: first)
        ledger.opened(second)
        ledger.delivered(1, in: second)
        ledger.delivered(2, in: first)
        let settlements = [ledger.settle(1, in: first), ledger.settle(2, in: first), ledger.settle(1, in: second)]
        #expect(settlements == [.stale, .stale, .accepted])
    }

    @Test func otherChannelsStay() {
        var ledger = AMQPDeliveryLedger()
        let control = AMQPChannelEpoch(channel: 1, opening: 7)
        ledger.opened(first)
        ledger.opened(control)
        ledger.delivered(1, in: control)
        ledger.closed(channel: 3)
        let settlements = [ledger.settle(1, in: first), ledger.settle(1, in: control)]
        #expect(settlements == [.stale, .accepted])
    }
}
