package import Pipeline
import Synchronization
package import Transport

/// Confirmed results in Redis, for redeliveries that reach another worker, and in memory, for times without Redis.
///
/// Redis is never in the way: after a few failures in a row it is left alone for a while.
package final class RedisConfirmedResultStore: ConfirmedResultStore {
    private let client: RedisClient
    private let timeToLive: Duration
    private let seal: RedisSeal?
    private let memory: MemoryConfirmedResultStore
    private let now: @Sendable () -> ContinuousClock.Instant
    private let breaker = Mutex(CircuitBreaker(threshold: 3))

    /// Makes a memory that begins with what Redis has.
    ///
    /// - Parameters:
    ///   - client: Redis; short time limits suit it, as acknowledgements wait for it.
    ///   - timeToLive: How long Redis remembers; longer than any redelivery takes. Default: a day.
    ///   - seal: What proves who remembered a result; without one whoever reaches Redis is believed.
    ///   - memory: Remembers in this process.
    ///   - now: The clock of the pauses.
    package init(
        client: RedisClient,
        timeToLive: Duration = .seconds(86_400),
        seal: RedisSeal? = nil,
        memory: MemoryConfirmedResultStore = MemoryConfirmedResultStore(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.client = client
        self.timeToLive = timeToLive
        self.seal = seal
        self.memory = memory
        self.now = now
    }

    package func contains(_ result: ResultKey) async -> Bool {
        if await memory.contains(result) { return true }
        let name = result.description
        guard let seal else {
            return await ask { client throws(TransportError) in try await client.exists(name) } ?? false
        }
        let value = await ask { client throws(TransportError) in try await client.bytes(of: name, from: 0, through: 63)
        }
        return value.map { seal.isMark($0, name: name) } ?? false
    }

    package func insert(_ result: ResultKey) async {
        await memory.insert(result)
        let name = result.description
        let timeToLive = self.timeToLive
        // The key says it all, so the value only says who has set it.
        let mark = seal?.mark(name: name) ?? []
        let value = UnsafeMutableRawBufferPointer.allocate(byteCount: mark.count, alignment: 1)
        defer { value.deallocate() }
        value.copyBytes(from: mark)
        let parts = [UnsafeRawBufferPointer(value)]
        await ask { client throws(TransportError) in
            try await client.set(name, parts: parts, ttl: timeToLive)
        }
    }

    @discardableResult
    private func ask<Answer: Sendable>(
        _ question: (RedisClient) async throws(TransportError) -> Answer
    ) async -> Answer? {
        guard breaker.withLock({ $0.admits(at: now()) }) else { return nil }
        do throws(TransportError) {
            let answer = try await question(client)
            breaker.withLock { $0.succeeded() }
            return answer
        } catch {
            // Not knowing is safe: at worst the result is published twice, bit for bit the same.
            breaker.withLock { $0.failed(at: now()) }
            return nil
        }
    }
}
