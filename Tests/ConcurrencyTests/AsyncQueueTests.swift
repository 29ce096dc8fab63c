import TestSupport
import Testing

@testable import Concurrency

@Suite("Hand-over between tasks", .timeLimit(.minutes(5)))
struct AsyncQueueTests {
    private struct Broken: Error, Equatable {
        let reason: Int
    }

    @Test("First in, first out; the end comes after what is in it")
    func order() async {
        let queue = AsyncQueue<Int, Never>()
        for number in 0..<3 { #expect(queue.push(number)) }
        queue.finish()
        #expect(!queue.push(9))
        #expect(await queue.next() == 0)
        #expect(queue.count == 2)
        #expect(await queue.next() == 1)
        #expect(queue.finishAndTakeAll() == [2])
        #expect(await queue.next() == nil)
    }

    @Test("Who waits is served in turn, once each")
    func waiting() async {
        let queue = AsyncQueue<Int, Never>()
        let sum = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { await queue.next() ?? 0 } }
            for number in 1...50 { queue.push(number) }
            return await group.reduce(0, +)
        }
        #expect(sum == 1_275 && queue.count == 0)
    }

    @Test("Cancellation and the end wake those who wait")
    func ends() async throws {
        let queue = AsyncQueue<Int, Never>()
        let cancelled = Task { await queue.next() }
        try await eventually { queue.waiting == 1 }
        cancelled.cancel()
        #expect(await cancelled.value == nil && queue.waiting == 0)
        let ended = Task { await queue.next() }
        try await eventually { queue.waiting == 1 }
        queue.finish()
        #expect(await ended.value == nil)
    }

    @Test("A task that is cancelled already waits for nothing, and still takes what is there")
    func cancelledBefore() async {
        let queue = AsyncQueue<Int, Never>()
        queue.push(1)
        let taken = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return [await queue.next(), await queue.next()]
        }.value
        #expect(taken == [1, nil])
        #expect(queue.push(2) && queue.count == 1, "nobody is left who would take it")
    }

    @Test("A failure comes after what is in the queue, to all who wait and all who come; the first end counts")
    func failure() async throws {
        let queue = AsyncQueue<Int, Broken>()
        let waiting = (0..<3).map { _ in Task { try await queue.next() } }
        try await eventually { queue.waiting == 3 }
        queue.finish(throwing: Broken(reason: 1))
        queue.finish(throwing: Broken(reason: 2))
        queue.finish()
        for task in waiting { await #expect(throws: Broken(reason: 1)) { try await task.value } }
        await #expect(throws: Broken(reason: 1)) { try await queue.next() }
        #expect(!queue.push(1))

        let full = AsyncQueue<Int, Broken>()
        full.push(7)
        full.finish(throwing: Broken(reason: 3))
        #expect(try await full.next() == 7)
        await #expect(throws: Broken(reason: 3)) { try await full.next() }
    }
}
