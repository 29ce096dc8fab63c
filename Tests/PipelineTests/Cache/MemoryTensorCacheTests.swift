import Concurrency
import Imaging
import Pipeline
import TestSupport
import Testing

@Suite struct MemoryTensorCacheTests {
    private let pool = PixelBufferPool(maximumIdleBytes: 0)

    @Test func returnsWhatWasStoredAndNothingElse() async throws {
        let cache = MemoryTensorCache(maximumBytes: 1_000)
        let budget = Budget(limit: 1_000)
        await cache.store(try await image(fill: 7, budget: budget), for: TensorKey(url: "a"))
        let found = try #require(try await cache.pixels(for: TensorKey(url: "a")) { try await budget.reserve($0) })
        #expect(found.buffer.withUnsafeBytes { Array($0) } == Array(repeating: 7, count: 300))
        #expect(try await cache.pixels(for: TensorKey(url: "b")) { try await budget.reserve($0) } == nil)
        #expect(budget.reserved == 300, "a hit shares the memory that is reserved already")
    }

    @Test func theLeastRecentlyUsedGoesFirst() async throws {
        let cache = MemoryTensorCache(maximumBytes: 600)
        let budget = Budget(limit: 10_000)
        for name in ["a", "b"] {
            await cache.store(try await image(fill: 1, budget: budget), for: TensorKey(url: name))
        }
        _ = try await cache.pixels(for: TensorKey(url: "a")) { try await budget.reserve($0) }
        await cache.store(try await image(fill: 1, budget: budget), for: TensorKey(url: "c"))
        #expect(try await holds("a", cache))
        #expect(try await !holds("b", cache))
        #expect(try await holds("c", cache))
        #expect(cache.byteCount == 600)
        #expect(budget.reserved == 600)
    }

    @Test func aTaskThatWaitsForMemoryGetsTheCaches() async throws {
        let cache = MemoryTensorCache(maximumBytes: 1_000)
        let budget = Budget(limit: 600) { cache.makeRoom(for: $0) }
        for name in ["a", "b"] {
            await cache.store(try await image(fill: 1, budget: budget), for: TensorKey(url: name))
        }
        let next = try await budget.reserve(300)
        #expect(budget.reserved == 600)
        #expect(try await !holds("a", cache))
        #expect(try await holds("b", cache))
        next.release()
    }

    @Test func aTaskNeedNotWaitForMemoryThatOnlyTheCacheHolds() async throws {
        let cache = MemoryTensorCache(maximumBytes: 1_000)
        let budget = Budget(limit: 600) { cache.makeRoom(for: $0) }
        for name in ["a", "b"] {
            await cache.store(try await image(fill: 1, budget: budget), for: TensorKey(url: name))
        }
        let next = try #require(budget.reserveIfFree(300))
        #expect(budget.reserveIfFree(600) == nil, "what is in use is not given up")
        #expect(cache.byteCount == 0)
        next.release()
    }

    @Test func whatIsStoredWhileSomebodyWaitsIsGivenUp() async throws {
        let cache = MemoryTensorCache(maximumBytes: 1_000)
        let budget = Budget(limit: 300) { cache.makeRoom(for: $0) }
        var held: AdmittedPixels? = try await image(fill: 1, budget: budget)
        let waiter = Task { try await budget.reserve(300) }
        try await eventually { budget.waiting > 0 }
        if let held { await cache.store(held, for: TensorKey(url: "a")) }
        held = nil
        try await waiter.value.release()
        #expect(cache.byteCount == 0)
    }

    @Test func anImageLargerThanTheCacheIsNotKept() async throws {
        let cache = MemoryTensorCache(maximumBytes: 299)
        let budget = Budget(limit: 1_000)
        await cache.store(try await image(fill: 1, budget: budget), for: TensorKey(url: "a"))
        #expect(cache.byteCount == 0)
        #expect(budget.reserved == 0)
    }

    private func image(fill: UInt8, budget: Budget) async throws -> AdmittedPixels {
        let reservation = try await budget.reserve(300)
        let buffer = try PixelBuffer(pool: pool, height: 10, width: 10) { memory in
            for index in memory.indices {
                memory[index] = fill
            }
        }
        return AdmittedPixels(buffer: buffer, reservation: reservation)
    }

    private func holds(_ name: String, _ cache: MemoryTensorCache) async throws -> Bool {
        struct Asked: Error {}
        return try await cache.pixels(for: TensorKey(url: name)) { _ in throw Asked() } != nil
    }
}
