import TestSupport
import Testing

@testable import Transport

@Suite("Answers to deliveries")
struct AMQPSettlementWindowTests {
    private typealias Frame = AMQPSettlementWindow.Frame

    private func window(_ tags: ClosedRange<UInt64>) throws -> AMQPSettlementWindow {
        var window = AMQPSettlementWindow()
        for tag in tags {
            let isTaken = window.delivered(tag)
            try #require(isTaken)
        }
        return window
    }

    private func drain(_ window: inout AMQPSettlementWindow) -> [Frame] {
        var frames: [Frame] = []
        while let frame = window.next() { frames.append(frame) }
        #expect(window.isEmpty)
        return frames
    }

    @Test("The oldest, acknowledged in any order, go together; one alone goes by itself")
    func together() throws {
        var window = try window(1...5)
        for tag in [3, 1, 2] as [UInt64] { window.answer(tag, .ack) }
        #expect(drain(&window) == [Frame(answer: .ack, tag: 3, isMultiple: true)])
        window.answer(4, .ack)
        #expect(drain(&window) == [Frame(answer: .ack, tag: 4, isMultiple: false)])
    }

    @Test("One that is held for long keeps nothing of those that came and went behind it")
    func heldForLong() throws {
        var window = try window(1...1)
        for tag in 2...100_000 as ClosedRange<UInt64> {
            let isTaken = window.delivered(tag)
            try #require(isTaken)
            window.answer(tag, tag % 3 == 0 ? .nack(requeue: true) : .ack)
            let frame = window.next()
            try #require(frame?.tag == tag)
        }
        #expect(window.remembered <= 256)
        let isTakenTwice = window.delivered(100_000)
        #expect(!isTakenTwice)
        window.answer(1, .ack)
        #expect(drain(&window) == [Frame(answer: .ack, tag: 1, isMultiple: false)])
    }

    @Test("One in hand keeps those behind it apart, and what it waits for is not taken along")
    func oneInHand() throws {
        var window = try window(1...4)
        for tag in 2...4 as ClosedRange<UInt64> { window.answer(tag, .ack) }
        #expect(drain(&window) == (2...4).map { Frame(answer: .ack, tag: $0, isMultiple: false) })
        window.answer(1, .nack(requeue: true))
        #expect(drain(&window) == [Frame(answer: .nack(requeue: true), tag: 1, isMultiple: false)])
    }

    @Test("What is given back or rejected is never acknowledged with the others")
    func mixed() throws {
        var window = try window(1...7)
        for tag in 1...7 as ClosedRange<UInt64> {
            window.answer(tag, tag == 3 ? .nack(requeue: true) : tag == 6 ? .reject(requeue: false) : .ack)
        }
        let frames = drain(&window)
        #expect(frames.first == Frame(answer: .ack, tag: 2, isMultiple: true))
        for (position, frame) in frames.enumerated() where frame.isMultiple {
            // Whatever several are acknowledged up to, the refused ones before it must be on the wire already.
            let refused = ([3, 6] as [UInt64]).filter { $0 <= frame.tag }
            #expect(refused.allSatisfy { tag in frames[..<position].contains { $0.tag == tag } })
        }
        #expect(frames.filter { $0.answer != .ack }.map(\.tag) == [3, 6])
        #expect(frames.filter { $0.answer != .ack }.allSatisfy { !$0.isMultiple })
    }

    @Test("An answer given twice, or to a delivery that never came, sends nothing")
    func twiceAndNever() throws {
        var window = try window(1...2)
        window.answer(1, .ack)
        window.answer(1, .nack(requeue: true))
        window.answer(9, .ack)
        #expect(drain(&window) == [Frame(answer: .ack, tag: 1, isMultiple: false)])
        window.answer(1, .ack)
        #expect(drain(&window) == [])
    }

    @Test("A tag that does not ascend is not taken")
    func outOfOrder() throws {
        var window = try window(1...3)
        let areTaken = [window.delivered(3), window.delivered(2), window.delivered(5)]
        #expect(areTaken == [false, false, true])
    }

    @Test("Whatever the order, each delivery is settled once and as it was answered", arguments: 0..<50)
    func anyOrder(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var window = try window(1...40)
        var wanted: [UInt64: AMQPSettlement] = [:]
        var got: [UInt64: AMQPSettlement] = [:]
        for tag in (1...40 as ClosedRange<UInt64>).shuffled(using: &generator) {
            wanted[tag] = UInt64.random(in: 0..<5, using: &generator) == 0 ? .nack(requeue: true) : .ack
            window.answer(tag, try #require(wanted[tag]))
            guard Bool.random(using: &generator) else { continue }
            settle(drain(&window), into: &got)
            #expect(Set(got.keys) == Set(wanted.keys), "none in hand is taken along")
        }
        settle(drain(&window), into: &got)
        #expect(got == wanted)
    }

    /// Settles as a broker does: one, or all up to a tag that are not settled.
    private func settle(_ frames: [Frame], into got: inout [UInt64: AMQPSettlement]) {
        for frame in frames {
            for tag in (frame.isMultiple ? 1 : frame.tag)...frame.tag where got[tag] == nil { got[tag] = frame.answer }
        }
    }
}
