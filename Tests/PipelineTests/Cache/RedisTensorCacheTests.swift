import Concurrency
import Imaging
import Pipeline
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

/// The faults of Redis: each is a miss or a refused store, is counted, and fails nothing.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: TestServers.areWanted, "starts Redis"))
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

    /// With time for a machine that is busy, since a test that is about time sets its own.
    private func client(_ server: RedisServer, commandTimeout: Duration = .seconds(100)) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: server.url)
        (configuration.connectTimeout, configuration.commandTimeout) = (.seconds(100), commandTimeout)
        return try RedisClient(configuration: configuration)
    }

    private func cache(
        _ client: RedisClient,
        threshold: Int = 1,
        maximumPixels: Int = 1_000_000,
        secret: String? = nil,
        log: CapturedLog? = nil
    ) -> RedisTensorCache {
        RedisTensorCache(
            client: client,
            pool: pool,
            ttl: .seconds(60),
            maximumPixels: maximumPixels,
            seal: secret.map { RedisSeal(secret: $0) },
            breaker: CircuitBreaker(threshold: threshold, pause: .seconds(1), longestPause: .seconds(1)),
            logger: log?.logger
        ) { [moment] in moment.now }
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
            let (before, misses) = (cache.failures[failure].value, cache.statistics.misses.value)
            try await put(value, client)
            #expect(try await find(cache) == nil)
            #expect(cache.failures[failure].value == before + 1)
            #expect(cache.statistics.misses.value == misses + 1)
            #expect(budget.reserved == 0)
        }
        try await put(good, client)
        #expect(try await find(cache) != nil, "damaged values do not open the breaker")
        #expect(cache.statistics.hits.value == 1 && cache.statistics.stores.value == 1)
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
        #expect(cache.failureCounts == [.wrongSize: 4] && cache.statistics.misses.value == 4)
    }

    @Test("Pixels that somebody else put there are used without a key, and never with one")
    func forgedValues() async throws {
        let client = try client(try await RedisServer.shared())
        let log = CapturedLog()
        let (open, sealed) = (cache(client), cache(client, secret: "one secret of all workers", log: log))
        let forged = try await testImage(seed: 99, pool: pool, budget: budget)
        await open.store(forged, for: key)
        #expect(bytes(try #require(try await find(open))) == bytes(forged))
        #expect(await !sealed.keeps(key), "nobody with the key has stored it")
        #expect(try await find(sealed) == nil)
        #expect(sealed.failureCounts == [.forged: 2] && sealed.statistics.misses.value == 1)

        let stored = try await image()
        #expect(await sealed.store(stored, for: key))
        #expect(await sealed.keeps(key))
        #expect(bytes(try #require(try await find(sealed))) == bytes(stored))
        #expect(try await find(open) == nil, "and who has no key does not know what it is")
        #expect(try await find(cache(client, secret: "the secret of yesterday")) == nil)

        let good = try await client.bytes(of: key.description, from: 0, through: 1_000)
        for offset in [8, 33, 50, 70, 96, good.count - 1] {
            var changed = good
            changed[offset] ^= 1
            try await put(changed, client)
            #expect(try await find(sealed) == nil, "byte \(offset)")
        }
        for value in [Array(good.prefix(96)), Array(good.dropLast()), good + [0], Array(good.prefix(40))] {
            try await put(value, client)
            #expect(try await find(sealed) == nil)
        }
        // A genuine value of another image.
        let other = TensorKey(url: "redis/other")
        #expect(await sealed.store(forged, for: other))
        try await put(try await client.bytes(of: other.description, from: 0, through: 1_000), client)
        #expect(await !sealed.keeps(key))
        #expect(try await find(sealed) == nil)
        #expect(log.warnings.count == 1, "\(log.warnings)")
        withExtendedLifetime((forged, stored)) {}
    }

    @Test("An image of more pixels than allowed is a miss before memory is asked for")
    func tooManyPixels() async throws {
        let client = try client(try await RedisServer.shared())
        #expect(await cache(client).store(try await image(height: 10, width: 10), for: key))
        for (limit, isTaken) in [(100, true), (99, false), (1, false)] {
            let cache = cache(client, maximumPixels: limit)
            #expect(await cache.keeps(key) == isTaken)
            let found = try await cache.pixels(for: key) { size in
                #expect(isTaken)
                return try await budget.reserve(size)
            }
            #expect((found != nil) == isTaken)
            #expect(cache.failureCounts == (isTaken ? [:] : [.tooManyPixels: 2]))
        }
        // The largest sides a header can tell, and a value much shorter than they would be.
        var header = TensorHeader(sealedLayout: .rgb, height: 1 << 20, width: 1 << 20).encoded()
        header[4] = 2
        try await put(header, client)
        #expect(try await find(cache(client, maximumPixels: .max)) == nil)
    }

    @Test("An outage is told once, by whatever it is met, and its end once; what is permanent is said to be")
    func outages() async throws {
        let server = try await RedisServer(arguments: ["--replicaof", "127.0.0.1 1"])
        let log = CapturedLog()
        let cache = cache(try client(server), threshold: 100, log: log)
        let stored = try await image()
        for _ in 0..<5 {
            #expect(await !cache.store(stored, for: key))
            #expect(await !cache.keeps(key), "it can be read, which ends no outage of writing")
        }
        #expect(cache.trouble?.message.contains("READONLY") == true && cache.trouble?.isPermanent == false)
        #expect(log.warnings.count == 1)
        try await server.command("REPLICAOF NO ONE")
        #expect(await cache.store(stored, for: key))
        #expect(cache.trouble == nil)
        // A second outage within the minute is one with the first, for the log.
        try await server.command("CONFIG SET maxmemory 1")
        #expect(await !cache.store(stored, for: key))
        #expect(cache.trouble?.message.contains("OOM") == true && log.warnings.count == 1)
        moment.advance(by: .seconds(61))
        #expect(await !cache.store(stored, for: key))
        #expect(log.warnings.count == 2)
        try await server.discard()
    }

    @Test(
        "What no patience ends is permanent",
        arguments: [
            "ACL SETUSER default resetkeys ~other:*", "ACL SETUSER default -set", "CONFIG SET requirepass other",
        ]
    )
    func permanent(command: String) async throws {
        let server = try await RedisServer()
        try await server.command(command)
        let cache = cache(try client(server), threshold: 100)
        #expect(await !cache.store(try await image(), for: key))
        #expect(cache.trouble?.isPermanent == true, "\(cache.trouble?.message ?? "none")")
        try await server.discard()
    }

    @Test("A full Redis refuses stores, which does not keep anybody from reading")
    func outOfMemory() async throws {
        let server = try await RedisServer(arguments: ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"])
        let cache = cache(try client(server))
        let stored = try await image(height: 300, width: 333)
        #expect(await cache.store(stored, for: key))
        var count = 1
        while count < 40, await cache.store(stored, for: TensorKey(url: "redis/\(count)")) { count += 1 }
        #expect(cache.failureCounts == [.outOfMemory: 1])
        #expect(cache.statistics.stores.value == count && cache.statistics.refusedStores.value == 1)
        let found = try #require(try await find(cache))
        #expect(bytes(found) == bytes(stored))
        try await server.discard()
    }

    @Test("A replica keeps nothing")
    func readOnly() async throws {
        let server = try await RedisServer(arguments: ["--replicaof", "127.0.0.1 1"])
        let cache = cache(try client(server))
        #expect(await !cache.store(try await image(), for: key))
        #expect(cache.failureCounts == [.unavailable: 1] && cache.statistics.refusedStores.value == 1)
        try await server.discard()
    }

    @Test("A frozen, then a killed Redis is asked until the breaker opens, and again after its pause")
    func frozenAndKilled() async throws {
        let server = try await RedisServer()
        let cache = cache(try client(server, commandTimeout: .milliseconds(500)), threshold: 2)
        let stored = try await image()
        #expect(await self.cache(try client(server)).store(stored, for: key))
        #expect(try await isReadAgain(cache))
        let (before, misses) = (cache.failureCounts, cache.statistics.misses.value)
        server.freeze()
        for _ in 0..<2 { #expect(try await find(cache) == nil) }
        #expect(cache.failures[.timedOut].value == 2 + before[.timedOut, default: 0])
        #expect(await !cache.store(stored, for: key))
        #expect(await !cache.keeps(key))
        #expect(cache.failures[.breakerOpen].value == 2 + before[.breakerOpen, default: 0])
        #expect(cache.statistics.misses.value == 2 + misses)
        server.thaw()
        #expect(try await isReadAgain(cache), "the server goes on with what it had")
        try await server.kill()
        try await eventually {
            let found = try await find(cache)
            #expect(found == nil)
            moment.advance(by: .seconds(1))
            return cache.failures[.connection].value >= 1
        }
        try await server.start()
        moment.advance(by: .seconds(1))
        try await eventually {
            moment.advance(by: .seconds(1))
            return await cache.store(stored, for: key)
        }
        #expect(try await isReadAgain(cache))
        try await server.discard()
    }

    /// A trial may still meet a server that is catching up.
    private func isReadAgain(_ cache: RedisTensorCache) async throws -> Bool {
        var isRead = false
        try await eventually {
            moment.advance(by: .seconds(1))
            isRead = try await find(cache) != nil
            return isRead
        }
        return isRead
    }
}

extension RedisTensorCache {
    /// How often each kind of failure has happened that has.
    fileprivate var failureCounts: [Failure: Int] {
        Dictionary(uniqueKeysWithValues: Failure.allCases.map { ($0, failures[$0].value) }).filter { $0.value > 0 }
    }
}
