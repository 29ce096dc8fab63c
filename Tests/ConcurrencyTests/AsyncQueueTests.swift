import Concurrency
import Testing

@Suite("Hand-over between tasks")
struct AsyncQueueTests {
    @Test("First in, first out; the end comes after what is in it")
    func order() async {
        let queue = AsyncQueue<Int>()
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
        let queue = AsyncQueue<Int>()
        let sum = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { await queue.next() ?? 0 } }
            for number in 1...50 { queue.push(number) }
            return await group.reduce(0, +)
        }
        #expect(sum == 1_275 && queue.count == 0)
    }

    @Test("Cancellation and the end wake those who wait")
    func ends() async {
        let queue = AsyncQueue<Int>()
        let cancelled = Task { await queue.next() }
        cancelled.cancel()
        #expect(await cancelled.value == nil)
        let ended = Task { await queue.next() }
        queue.finish()
        #expect(await ended.value == nil)
    }
}
