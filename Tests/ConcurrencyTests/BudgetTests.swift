import Concurrency
import TestSupport
import Testing

@Suite struct BudgetTests {
    @Test func admitsUpToTheLimitAndGivesBack() async throws {
        let budget = Budget(limit: 10)
        let first = try await budget.reserve(4)
        let second = try await budget.reserve(6)
        #expect(budget.reserved == 10)
        first.release()
        first.release()
        #expect(budget.reserved == 6)
        second.release()
        #expect(budget.reserved == 0)
    }

    @Test func aReservationThatGoesOutOfScopeIsGivenBack() async throws {
        let budget = Budget(limit: 1)
        for _ in 0..<3 {
            _ = try await budget.reserve(1)
        }
        #expect(budget.reserved == 0)
    }

    @Test func whatIsNoLongerNeededLetsOthersIn() async throws {
        let budget = Budget(limit: 10)
        let large = try await budget.reserve(10)
        let next = Task { try await budget.reserve(6) }
        try await untilWaiting(1, in: budget)
        large.shrink(to: 4)
        let admitted = try await next.value
        #expect(budget.reserved == 10)
        // Never more than there is, and nothing a second time.
        large.shrink(to: 9)
        large.shrink(to: 4)
        large.release()
        large.shrink(to: -1)
        #expect(budget.reserved == 6)
        admitted.shrink(to: -1)
        #expect(budget.reserved == 0)
    }

    @Test func waitersAreServedInOrderAndAreNotOvertakenBySmallerOnes() async throws {
        let budget = Budget(limit: 10)
        let held = try await budget.reserve(8)
        let (order, note) = AsyncStream.makeStream(of: Int.self)
        let large = Task {
            let reservation = try await budget.reserve(9)
            note.yield(9)
            reservation.release()
        }
        try await untilWaiting(1, in: budget)
        let small = Task {
            let reservation = try await budget.reserve(2)
            note.yield(2)
            reservation.release()
        }
        try await untilWaiting(2, in: budget)
        held.release()
        try await large.value
        try await small.value
        note.finish()
        #expect(await order.reduce(into: []) { $0.append($1) } == [9, 2])
        #expect(budget.reserved == 0)
    }

    @Test func anAmountAboveTheLimitIsAdmittedAlone() async throws {
        let budget = Budget(limit: 10)
        let small = try await budget.reserve(1)
        let huge = Task { try await budget.reserve(50) }
        try await untilWaiting(1, in: budget)
        small.release()
        let reservation = try await huge.value
        #expect(budget.reserved == 50)
        reservation.release()
    }

    @Test func aCancelledWaiterMakesWayForThoseBehindIt() async throws {
        let budget = Budget(limit: 10)
        let held = try await budget.reserve(5)
        let large = Task { try await budget.reserve(10) }
        try await untilWaiting(1, in: budget)
        let small = Task { try await budget.reserve(5) }
        try await untilWaiting(2, in: budget)
        large.cancel()
        await #expect(throws: CancellationError.self) { try await large.value }
        let reservation = try await small.value
        #expect(budget.reserved == 10)
        reservation.release()
        held.release()
    }

    @Test func aTaskCancelledBeforeItAsksIsRefused() async throws {
        let budget = Budget(limit: 1)
        let held = try await budget.reserve(1)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await budget.reserve(1)
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        held.release()
        #expect(budget.waiting == 0)
    }

    @Test func forEachTakesNoMoreThanThereIsRoomForAndDoesAll() async {
        let budget = Budget(limit: 3)
        var remaining = 50
        var mostReserved = 0
        let (done, note) = AsyncStream.makeStream(of: Int.self)
        await budget.forEach {
            mostReserved = max(mostReserved, budget.reserved)
            guard remaining > 0 else { return nil }
            remaining -= 1
            return remaining
        } perform: { number in
            note.yield(number)
        }
        note.finish()
        #expect(mostReserved <= 3)
        #expect(await done.reduce(into: []) { $0.append($1) }.sorted() == Array(0..<50))
        #expect(budget.reserved == 0)
    }

    @Test func forEachEndsWhenItIsCancelledWhileItWaitsForRoom() async throws {
        let budget = Budget(limit: 1)
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        let working = Task {
            await budget.forEach {
                1
            } perform: { _ in
                for await _ in never {}
            }
        }
        try await eventually { budget.waiting > 0 }
        working.cancel()
        await working.value
        #expect(budget.reserved == 0)
    }

    private func untilWaiting(_ count: Int, in budget: Budget) async throws {
        try await eventually { budget.waiting >= count }
    }
}
