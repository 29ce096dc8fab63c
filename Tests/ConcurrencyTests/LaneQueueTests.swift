import Testing

@testable import Concurrency

@Suite("A queue of two lanes")
struct LaneQueueTests {
    @Test("The interactive lane goes first, and each is first in, first out")
    func order() {
        var queue = LaneQueue<String>()
        for name in ["a", "b"] { queue.append(name, in: .batch) }
        for name in ["i", "j"] { queue.append(name, in: .interactive) }
        #expect(queue.count == 4 && queue.first == "i")
        let taken = drain(&queue)
        #expect(taken == ["i", "j", "a", "b"])
        #expect(queue.first == nil)
    }

    @Test(
        "A flood of the interactive lane leaves every fourth turn to the other, and what waits there is done in the end"
    )
    func noStarvation() {
        var queue = LaneQueue<String>()
        for number in 0..<3 { queue.append("b\(number)", in: .batch) }
        var taken: [String] = []
        for number in 0..<12 {
            queue.append("i\(number)", in: .interactive)
            if let next = queue.popFirst() { taken.append(next) }
        }
        #expect(taken.enumerated().filter { $0.element.hasPrefix("b") }.map(\.offset) == [3, 7, 11])
    }

    @Test("Turns while nobody else waits count for nothing")
    func alone() {
        var queue = LaneQueue<String>()
        for number in 0..<5 {
            queue.append("i\(number)", in: .interactive)
            let next = queue.popFirst()
            #expect(next == "i\(number)")
        }
        queue.append("b", in: .batch)
        queue.append("i", in: .interactive)
        let next = queue.popFirst()
        #expect(next == "i")
    }

    @Test("Who comes now is next when nobody is before it, but not when the turns of its lane are up")
    func next() {
        var queue = LaneQueue<String>()
        #expect(queue.isNext(.batch) && queue.isNext(.interactive))
        queue.append("b", in: .batch)
        #expect(!queue.isNext(.batch))
        let turns = (0...LaneTurns.mostInARow).map { _ in queue.takeTurn(in: .interactive) }
        #expect(turns == [true, true, true, false])
        let other = queue.popFirst()
        #expect(other == "b" && queue.isNext(.interactive))
        queue.append("i", in: .interactive)
        #expect(!queue.isNext(.interactive) && !queue.isNext(.batch))
    }

    @Test("One can be taken out of either lane, and of one lane alone")
    func partly() {
        var queue = LaneQueue<String>()
        for name in ["a", "b"] { queue.append(name, in: .batch) }
        queue.append("i", in: .interactive)
        let taken = [
            queue.popFirst(in: .batch), queue.removeFirst { $0 == "x" }, queue.removeFirst { $0 == "i" },
            queue.popFirst(in: .interactive),
        ]
        #expect(taken == ["a", nil, "i", nil])
        queue.append("j", in: .interactive)
        let rest = queue.takeAll()
        #expect(rest == ["j", "b"] && queue.count == 0)
    }

    @Test("Those that may not go now are passed over, and cost their lane no turn")
    func passedOver() {
        var queue = LaneQueue<String>()
        for name in ["b1", "b2"] { queue.append(name, in: .batch) }
        for name in ["i1", "i2"] { queue.append(name, in: .interactive) }
        let taken = [
            queue.popFirst { $0.hasSuffix("2") }, queue.popFirst { $0.hasSuffix("2") },
            queue.popFirst { $0.hasSuffix("2") }, queue.popFirst { _ in true },
        ]
        #expect(taken == ["i2", "b2", nil, "i1"] && !queue.isEmpty)
        queue.append("i3", in: .interactive)
        queue.removeAll { $0 != "i3" }
        #expect(queue.count == 1)
        queue.popFirst()
        #expect(queue.isEmpty)
    }

    private func drain(_ queue: inout LaneQueue<String>) -> [String] {
        var taken: [String] = []
        while let next = queue.popFirst() { taken.append(next) }
        return taken
    }
}
