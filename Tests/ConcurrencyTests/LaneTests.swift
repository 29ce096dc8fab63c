import TestSupport
import Testing

@testable import Concurrency

/// Waiting in a lane: for a budget, for a thread, for an element, for a place.
@Suite("Lanes", .timeLimit(.minutes(5)))
struct LaneTests {
    @Test("Work belongs to the many unless it says else, and what it starts goes with it")
    func inherited() async {
        #expect(Lane.current == .batch)
        let lanes = await Lane.$current.withValue(.interactive) {
            async let child = Lane.current
            return [await child, await Task { Lane.current }.value]
        }
        #expect(lanes == [.interactive, .interactive] && Lane.current == .batch)
        #expect(Lane.spare(beyond: 28) == 7 && Lane.spare(beyond: 1) == 1 && Lane.spare(beyond: .max) == .max / 4)
    }

    @Test("What somebody waits for takes the spare of a full budget, and no more than that")
    func spare() async throws {
        let budget = Budget(limit: 8, spare: 2)
        let full = try await budget.reserve(8)
        #expect(budget.reserveIfFree(1) == nil)
        let beyond = Lane.$current.withValue(.interactive) { budget.reserveIfFree(2) }
        #expect(beyond != nil && budget.reserved == 10)
        #expect(Lane.$current.withValue(.interactive) { budget.reserveIfFree(1) } == nil)
        full.release()
        #expect(budget.reserved == 2 && budget.reserveIfFree(7) == nil)
        #expect(Budget(limit: .max, spare: .max).reserveIfFree(.max) != nil)
        withExtendedLifetime(beyond) {}
    }

    @Test("It goes before what waits for a budget, until the turns of its lane are up")
    func budgetOrder() async throws {
        let budget = Budget(limit: 1)
        var held: Budget.Reservation? = try await budget.reserve(1)
        let order = AsyncQueue<String, Never>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["b", "i", "j", "k", "l"] {
                let lane: Lane = name == "b" ? .batch : .interactive
                let waiting = budget.waiting
                group.addTask {
                    try await Lane.$current.withValue(lane) {
                        let place = try await budget.reserve(1)
                        order.push(name)
                        place.release()
                    }
                }
                try await untilWaiting(waiting + 1, in: budget)
            }
            held = nil
            var names: [String] = []
            while names.count < 5, let name = await order.next() { names.append(name) }
            #expect(names == ["i", "j", "k", "b", "l"])
        }
        withExtendedLifetime(held) {}
    }

    @Test("A waiter that is cancelled lets those of the other lane in")
    func cancelled() async throws {
        let budget = Budget(limit: 4)
        let held = try await budget.reserve(3)
        let large = Task { try await Lane.$current.withValue(.interactive) { try await budget.reserve(4) } }
        try await untilWaiting(1, in: budget)
        let small = Task { try await budget.reserve(1) }
        try await untilWaiting(2, in: budget)
        large.cancel()
        let admitted = try await small.value
        #expect(budget.reserved == 4)
        withExtendedLifetime((held, admitted)) {}
    }

    @Test("An element goes to who waits for its lane, or for any")
    func handOver() async throws {
        let queue = AsyncQueue<String, Never>()
        let batch = Task { await queue.next(in: .batch) }
        try await eventually { queue.waiting == 1 }
        queue.push("i", in: .interactive)
        #expect(queue.count == 1 && queue.waiting == 1)
        let either = await queue.next()
        queue.push("b")
        #expect(await batch.value == "b" && either == "i")
        let interactive = Task { await queue.next(in: .interactive) }
        try await eventually { queue.waiting == 1 }
        queue.finish()
        #expect(await interactive.value == nil)
    }

    @Test("A thread does first what somebody waits for; long work lets it in between")
    func threads() async throws {
        let pool = BlockingPool(name: "lanes", threadCount: 1)
        let (gate, order) = (WorkGate(), AsyncQueue<String, Never>())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.run {
                    order.push("begun")
                    gate.waitUntilOpen()
                    pool.giveWay()
                    order.push("ended")
                }
            }
            #expect(await order.next() == "begun")
            for (name, lane) in [("b", Lane.batch), ("i", .interactive), ("j", .interactive)] {
                let waiting = pool.waiting
                group.addTask {
                    try await Lane.$current.withValue(lane) { try await pool.run { _ = order.push(name) } }
                }
                try await eventually { pool.waiting == waiting + 1 }
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(order.takeAll() == ["i", "j", "ended", "b"])
    }

    @Test("Each lane of a window has its own places, and does its work as such")
    func window() async throws {
        let window = WorkWindow(limit: 4)
        #expect(window.limit == 5)
        let source = AsyncQueue<Int, Never>()
        for number in 0..<6 { source.push(number) }
        let (begun, end) = (AsyncQueue<String, Never>(), OneShot())
        async let working: Void = window.forEach {
            await source.next(in: $0)
        } perform: { number in
            begun.push("\(number) \(Lane.current)")
            await end.wait()
        }
        var names: [String] = []
        while names.count < 4, let name = await begun.next() { names.append(name) }
        #expect(Set(names) == ["0 batch", "1 batch", "2 batch", "3 batch"])
        // All places of the many are taken, and their next ones wait.
        source.push(9, in: .interactive)
        #expect(await begun.next() == "9 interactive")
        #expect(source.count == 2)
        end.fire()
        source.finish()
        await working
    }

    private func untilWaiting(_ count: Int, in budget: Budget) async throws {
        try await eventually { budget.waiting >= count }
    }
}
