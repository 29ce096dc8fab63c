import Imaging
import Pipeline
import Synchronization
import TestSupport
import Testing
import Threading
import Transport

/// The faults of Redis: each is a miss or a refused store, is counted, and fails nothing.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RedisTensorCacheTests {
    private struct Asked: Error, Equatable {}

    /// A moment that the test moves.
    private final class Moment: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 += duration } }
    }

    private let pool = PixelBufferPool(maximumIdleBytes: 0)
    private let budget = Budget(limit: 100_000_000)
    private let key = TensorKey(url: "redis/image")
    private let moment = Moment()

    private func client(_ server: RedisServer, commandTimeout: Duration = .seconds(5)) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: server.url)
        configuration.commandTimeout = commandTimeout
        return try RedisClient(configuration: configuration)
    }

    private func cache(_ client: RedisClient, threshold: Int = 1) -> RedisTensorCache {
        let breaker = CircuitBreaker(threshold: threshold, pause: .seconds(1), longestPause: .seconds(1))
        return RedisTensorCache(client: client, pool: pool, ttl: .seconds(60), breaker: breaker) { [moment] in
            moment.now
        }
    }

    private func find(_ cache: RedisTensorCache) async throws -> AdmittedPixels? {
        try await cache.pixels(for: key) { try await budget.reserve($0) }
    }

    private func image(height: Int = 10, width: Int = 10) async throws -> AdmittedPixels {
        try await testImage(height: height, width: width, seed: 3, pool: pool, budget: budget)
    }

    private func put(_ value: [UInt8], _ client: RedisClient) async throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: value.count, alignment: 8)
        defer { memory.deallocate() }
        memory.copyBytes(from: value)
        try await client.set(key.description, parts: [UnsafeRawBufferPointer(memory)], ttl: .seconds(60))
    }

    @Test("A value that is not exactly what was stored is a miss, and no memory stays reserved")
    func damagedValues() async throws {
        let client = try client(try await RedisServer.shared())
        let cache = cache(client)
        #expect(await cache.store(try await image(), for: key))
        let good = try await client.bytes(of: key.description, from: 0, through: 1_000)
        #expect(good.count == 332)
        var damaged: [([UInt8], RedisTensorCache.Failure)] = [
            (Array("another program's".utf8), .foreign), (Array(good.prefix(31)), .foreign),
            (Array(good.prefix(32)), .wrongSize), (Array(good.dropLast()), .wrongSize), (good + [0], .wrongSize),
        ]
        for (offset, failure) in [
            (0, RedisTensorCache.Failure.foreign), (4, .foreign), (6, .foreign), (8, .wrongSize), (16, .checksum),
            (24, .foreign), (32, .checksum), (331, .checksum),
        ] {
            var flipped = good
            flipped[offset] ^= 1
            damaged.append((flipped, failure))
        }
        // The layout of images of another size.
        var planes = good
        planes[24] = UInt8(PixelLayout.planes420.rawValue)
        damaged.append((planes, .wrongSize))
        for (value, failure) in damaged {
            let before = cache.counters
            try await put(value, client)
            #expect(try await find(cache) == nil)
            #expect(cache.counters.failures[failure, default: 0] == before.failures[failure, default: 0] + 1)
            #expect(cache.counters.misses == before.misses + 1)
            #expect(budget.reserved == 0)
        }
        try await put(good, client)
        #expect(try await find(cache) != nil, "damaged values do not open the breaker")
        #expect(cache.counters.hits == 1 && cache.counters.stores == 1)
    }

    @Test("What happens to the value while memory is waited for is a miss; what admission throws is thrown")
    func changedInBetween() async throws {
        let client = try client(try await RedisServer.shared())
        let cache = cache(client)
        await cache.store(try await image(), for: key)
        await #expect(throws: Asked()) { _ = try await cache.pixels(for: key) { _ in throw Asked() } }
        let good = try await client.bytes(of: key.description, from: 0, through: 1_000)
        for changed in [Array(good.dropLast()), good + [0], Array(good.prefix(8))] {
            try await put(good, client)
            let found = try await cache.pixels(for: key) { size in
                #expect(size == 300)
                try await put(changed, client)
                return try await budget.reserve(size)
            }
            #expect(found == nil && budget.reserved == 0)
        }
        try await put(good, client)
        let found = try await cache.pixels(for: key) { size in
            try await client.del(key.description)
            return try await budget.reserve(size)
        }
        #expect(found == nil && budget.reserved == 0)
        #expect(cache.counters.failures == [.wrongSize: 4] && cache.counters.misses == 4)
    }

    @Test("A full Redis refuses stores, which does not keep anybody from reading")
    func outOfMemory() async throws {
        let server = try await RedisServer(arguments: ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"])
        let cache = cache(try client(server))
        let stored = try await image(height: 300, width: 333)
        #expect(await cache.store(stored, for: key))
        var count = 1
        while count < 40, await cache.store(stored, for: TensorKey(url: "redis/\(count)")) { count += 1 }
        #expect(cache.counters.failures == [.outOfMemory: 1])
        #expect(cache.counters.stores == count && cache.counters.refusedStores == 1)
        let found = try #require(try await find(cache))
        #expect(bytes(found) == bytes(stored))
        try await server.discard()
    }

    @Test("A replica keeps nothing")
    func readOnly() async throws {
        let server = try await RedisServer(arguments: ["--replicaof", "127.0.0.1 1"])
        let cache = cache(try client(server))
        #expect(await !cache.store(try await image(), for: key))
        #expect(cache.counters.failures == [.unavailable: 1] && cache.counters.refusedStores == 1)
        try await server.discard()
    }

    @Test("A frozen, then a killed Redis is asked until the breaker opens, and again after its pause")
    func frozenAndKilled() async throws {
        let server = try await RedisServer()
        let cache = cache(try client(server, commandTimeout: .milliseconds(500)), threshold: 2)
        let stored = try await image()
        #expect(await cache.store(stored, for: key))
        server.freeze()
        for _ in 0..<2 { #expect(try await find(cache) == nil) }
        #expect(cache.counters.failures[.timedOut] == 2)
        #expect(await !cache.store(stored, for: key))
        #expect(await !cache.keeps(key))
        #expect(cache.counters.failures == [.timedOut: 2, .breakerOpen: 2] && cache.counters.misses == 2)
        server.thaw()
        #expect(try await isReadAgain(cache), "the server goes on with what it had")
        try await server.kill()
        for _ in 0..<2 { #expect(try await find(cache) == nil) }
        #expect(cache.counters.failures[.connection, default: 0] >= 1)
        try await server.start()
        moment.advance(by: .seconds(1))
        var isStored = await cache.store(stored, for: key)
        for _ in 0..<20 where !isStored {
            moment.advance(by: .seconds(1))
            isStored = await cache.store(stored, for: key)
        }
        #expect(isStored)
        #expect(try await isReadAgain(cache))
        try await server.discard()
    }

    /// A trial may still meet a server that is catching up.
    private func isReadAgain(_ cache: RedisTensorCache) async throws -> Bool {
        for _ in 0..<20 {
            moment.advance(by: .seconds(1))
            if try await find(cache) != nil { return true }
        }
        return false
    }
}
