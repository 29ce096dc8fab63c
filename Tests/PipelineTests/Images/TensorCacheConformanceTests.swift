import Concurrency
import Imaging
import Pipeline
import TestSupport
import Testing
import Transport

/// An image whose bytes depend on their places and on `seed`.
func testImage(
    layout: PixelLayout = .rgb,
    height: Int = 10,
    width: Int = 10,
    seed: UInt8,
    pool: PixelBufferPool,
    budget: Budget
) async throws -> AdmittedPixels {
    let reservation = try await budget.reserve(layout.byteCount(height: height, width: width))
    let buffer = try PixelBuffer(pool: pool, layout: layout, height: height, width: width) { memory in
        for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8) ^ seed }
    }
    return AdmittedPixels(buffer: buffer, reservation: reservation)
}

/// The bytes of an image.
func bytes(_ pixels: AdmittedPixels) -> [UInt8] { pixels.buffer.withUnsafeBytes { Array($0) } }

/// What every tensor cache does.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct TensorCacheConformanceTests {
    enum Kind: String, CaseIterable {
        case memory
        case redis

        static var allCases: [Kind] { TestServers.areWanted ? [.memory, .redis] : [.memory] }
    }

    private struct Asked: Error {}

    private let pool = PixelBufferPool(maximumIdleBytes: 0)
    private let budget = Budget(limit: 100_000_000)

    private func cache(_ kind: Kind) async throws -> any TensorCache {
        switch kind {
        case .memory:
            return MemoryTensorCache(maximumBytes: 100_000_000)
        case .redis:
            var configuration = try RedisConfiguration(url: try await RedisServer.shared().url)
            // One that is late on a busy machine is none that fails.
            (configuration.connectTimeout, configuration.commandTimeout) = (.seconds(100), .seconds(100))
            let client = try RedisClient(configuration: configuration)
            return RedisTensorCache(client: client, pool: pool, ttl: .seconds(60))
        }
    }

    private func image(
        layout: PixelLayout = .rgb,
        height: Int = 10,
        width: Int = 10,
        seed: UInt8 = 7
    ) async throws -> AdmittedPixels {
        try await testImage(layout: layout, height: height, width: width, seed: seed, pool: pool, budget: budget)
    }

    @Test(
        "What was stored comes back bit for bit, with its shape",
        arguments: Kind.allCases,
        [(1, 1), (7, 333), (1500, 2000)]
    )
    func storedComesBack(kind: Kind, shape: (height: Int, width: Int)) async throws {
        let cache = try await cache(kind)
        let key = TensorKey(url: "conformance/shape/\(shape.height)x\(shape.width)")
        let stored = try await image(height: shape.height, width: shape.width)
        #expect(await cache.store(stored, for: key))
        #expect(await cache.keeps(key))
        let found = try #require(try await cache.pixels(for: key) { try await budget.reserve($0) })
        #expect(found.buffer.height == shape.height && found.buffer.width == shape.width)
        #expect(bytes(found) == bytes(stored))
    }

    @Test("A damaged image comes back as one", arguments: Kind.allCases, [true, false])
    func damage(kind: Kind, isDamaged: Bool) async throws {
        let cache = try await cache(kind)
        let key = TensorKey(url: "conformance/damage/\(isDamaged)")
        let whole = try await image()
        let stored = AdmittedPixels(
            buffer: whole.buffer,
            reservation: whole.reservation,
            damage: isDamaged ? "cut off" : nil
        )
        #expect(await cache.store(stored, for: key))
        let found = try #require(try await cache.pixels(for: key) { try await budget.reserve($0) })
        #expect((found.damage != nil) == isDamaged)
    }

    @Test(
        "Planes come back as planes, and memory is asked for what they take",
        arguments: Kind.allCases,
        [(1, 1), (7, 333), (1501, 2001)]
    )
    func storedPlanesComeBack(kind: Kind, shape: (height: Int, width: Int)) async throws {
        let cache = try await cache(kind)
        let key = TensorKey(url: "conformance/planes/\(shape.height)x\(shape.width)")
        let stored = try await image(layout: .planes420, height: shape.height, width: shape.width)
        #expect(await cache.store(stored, for: key))
        let found = try #require(
            try await cache.pixels(for: key) { size in
                #expect(size == stored.buffer.byteCount)
                return try await budget.reserve(size)
            }
        )
        #expect(found.buffer.layout == .planes420)
        #expect(found.buffer.height == shape.height && found.buffer.width == shape.width)
        #expect(bytes(found) == bytes(stored))
    }

    @Test("What was not stored is a miss for which no memory is asked", arguments: Kind.allCases)
    func absentIsAMiss(kind: Kind) async throws {
        let cache = try await cache(kind)
        let key = TensorKey(url: "conformance/absent")
        #expect(try await cache.pixels(for: key) { _ in throw Asked() } == nil)
        #expect(await !cache.keeps(key))
        #expect(budget.reserved == 0)
    }

    @Test("Storing an image twice is no failure", arguments: Kind.allCases)
    func storedTwice(kind: Kind) async throws {
        let cache = try await cache(kind)
        let key = TensorKey(url: "conformance/twice")
        let stored = try await image()
        #expect(await cache.store(stored, for: key))
        #expect(await cache.store(stored, for: key))
        let found = try #require(try await cache.pixels(for: key) { try await budget.reserve($0) })
        #expect(bytes(found) == bytes(stored))
    }

    @Test("Many at once are not mixed up", arguments: Kind.allCases)
    func manyAtOnce(kind: Kind) async throws {
        let cache = try await cache(kind)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in UInt8(0)..<16 {
                group.addTask {
                    let stored = try await image(height: 100, width: 100 + Int(seed), seed: seed)
                    let key = TensorKey(url: "conformance/many/\(seed)")
                    #expect(await cache.store(stored, for: key))
                    let found = try #require(try await cache.pixels(for: key) { try await budget.reserve($0) })
                    #expect(found.buffer.width == 100 + Int(seed))
                    #expect(bytes(found) == bytes(stored))
                }
            }
            try await group.waitForAll()
        }
    }
}
