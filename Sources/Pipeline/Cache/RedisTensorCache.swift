package import Concurrency
package import Imaging
package import Logging
import Synchronization
import Telemetry
package import Transport

/// A tensor cache in Redis, between the machines that decode and those that infer.
///
/// A value is a ``TensorHeader``, with a key a ``RedisSeal``, and the pixels. The pixels go between the socket and the image's memory without
/// a copy; the size is known and judged, and memory admitted, before they are asked for. Whatever goes wrong is a miss and counted.
package final class RedisTensorCache: TensorCache {
    private struct State {
        var breaker: CircuitBreaker
        var outage = RedisOutage()
        /// Whether the log has been told that values are not what they should be.
        var hasToldOfForgery = false
        /// The address that the log has been told of.
        var address: String?
    }

    /// The verdict on the bytes before the pixels.
    private struct Head {
        let header: TensorHeader
        /// The header as it is stored, with its seal.
        let bytes: [UInt8]
    }

    /// The value is not of the size that its header announced.
    private struct SizeChanged: Error {}

    /// Images found, read and verified; not found, stored, and not stored, for whatever reason.
    package let statistics = CacheStatistics("redis")
    /// Failures by kind; each is a miss, a refused store or a ``TensorCache/keeps(_:)`` without answer, too.
    package let failures = FailureTallies()
    private let client: RedisClient
    private let pool: PixelBufferPool
    private let ttl: Duration
    private let maximumPixels: Int
    private let seal: RedisSeal?
    private let headSize: Int
    private let logger: Logger?
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// Makes a cache; asks nothing yet.
    ///
    /// - Parameters:
    ///   - client: The connections to use; its command time limit bounds every wait.
    ///   - pool: Gives the memory for the pixels that are read.
    ///   - ttl: How long Redis keeps an image, rounded up to whole seconds.
    ///   - maximumPixels: The most pixels an image may have, also one that somebody else stored.
    ///   - seal: What proves who stored an image; without one whoever reaches Redis is believed.
    ///   - breaker: Keeps from asking a Redis that failed lately.
    ///   - logger: Hears once of an outage, and of its end.
    ///   - now: The clock of the breaker.
    package init(
        client: RedisClient,
        pool: PixelBufferPool,
        ttl: Duration,
        maximumPixels: Int = DecodingLimits().pixels,
        seal: RedisSeal? = nil,
        breaker: CircuitBreaker = CircuitBreaker(),
        logger: Logger? = nil,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.client = client
        self.pool = pool
        self.ttl = ttl
        self.maximumPixels = maximumPixels
        self.seal = seal
        self.headSize = TensorHeader.byteCount + (seal == nil ? 0 : RedisSeal.byteCount)
        self.logger = logger
        self.now = now
        state = Mutex(State(breaker: breaker))
    }

    package var trouble: CacheFailure? { state.withLock(\.outage.trouble) }

    package func pixels(
        for key: TensorKey,
        admit: (_ byteCount: Int) async throws -> Budget.Reservation
    ) async throws -> AdmittedPixels? {
        guard let head = await head(of: key) else {
            statistics.misses.add()
            return nil
        }
        let reservation = try await admit(head.header.pixelByteCount)
        guard let buffer = await read(head, of: key) else {
            reservation.release()
            statistics.misses.add()
            return nil
        }
        statistics.hits.add()
        return AdmittedPixels(
            buffer: buffer,
            reservation: reservation,
            damage: head.header.isDamaged ? "the log of the worker that fetched it says what is wrong" : nil
        )
    }

    package func keeps(_ key: TensorKey) async -> Bool {
        await head(of: key) != nil
    }

    @discardableResult
    package func store(_ pixels: AdmittedPixels, for key: TensorKey) async -> Bool {
        let image = pixels.buffer
        let isStored = await ask(.writing) { () throws(TransportError) in
            try await image.lendBytes { bytes throws(TransportError) in
                let encoded = try encodedHead(of: image, bytes, isDamaged: pixels.damage != nil, for: key)
                // In memory of its own, as an array's would have to be lent by a closure that cannot wait.
                let head = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count, alignment: 8)
                defer { head.deallocate() }
                head.copyBytes(from: encoded)
                try await client.set(key.description, parts: [UnsafeRawBufferPointer(head), bytes], ttl: ttl)
                return true
            }
        }
        if isStored == nil { statistics.refusedStores.add() } else { statistics.stores.add() }
        return isStored != nil
    }

    private func encodedHead(
        of image: PixelBuffer,
        _ bytes: UnsafeRawBufferPointer,
        isDamaged: Bool,
        for key: TensorKey
    ) throws(TransportError) -> [UInt8] {
        let (layout, height, width) = (image.layout, image.height, image.width)
        guard let seal else {
            return TensorHeader(layout: layout, height: height, width: width, isDamaged: isDamaged, pixels: bytes)
                .encoded()
        }
        let header = TensorHeader(sealedLayout: layout, height: height, width: width, isDamaged: isDamaged).encoded()
        guard let proof = seal.seal(bytes, header: header, name: key.description) else {
            throw TransportError(.internal, operation: "redis.set", message: "the pixels could not be sealed")
        }
        return header + proof
    }

    /// The header before the pixels, if that is a tensor as long as it says, no larger than an image may be, and no forgery.
    private func head(of key: TensorKey) async -> Head? {
        let size = await ask(.reading) { () throws(TransportError) in try await client.strlen(key.description) }
        guard let size, size > 0 else { return nil }
        let bytes = await ask(.reading) { () throws(TransportError) in
            try await client.bytes(of: key.description, from: 0, through: headSize - 1)
        }
        guard let bytes else { return nil }
        guard let header = bytes.withUnsafeBytes({ TensorHeader(decoding: $0) }) else { return miss(.foreign) }
        if let seal {
            guard header.isSealed, seal.vouches(forHeader: bytes, name: key.description) else { return miss(.forged) }
        } else if header.isSealed {
            return miss(.foreign)
        }
        guard header.height <= maximumPixels / header.width else { return miss(.tooManyPixels) }
        guard size == headSize + header.pixelByteCount else { return miss(.wrongSize) }
        return Head(header: header, bytes: bytes)
    }

    private func read(_ head: Head, of key: TensorKey) async -> PixelBuffer? {
        let header = head.header
        var buffer: MutablePixelBuffer
        do throws(ImagingError) {
            buffer = try pool.take(layout: header.layout, height: header.height, width: header.width)
        } catch {
            return miss(.noPixelMemory)
        }
        let isRead = await buffer.lendMutableBytes { memory in
            // Handed to the connection's thread, which has let go of it when `getRest` returns; nobody else knows it till then.
            nonisolated(unsafe) let memory = memory
            return await ask(.reading) { () throws(TransportError) in
                try await client.getRest(of: key.description, from: headSize) { size in
                    guard size == memory.count else { throw SizeChanged() }
                    return memory
                }
            }
        }
        guard isRead != nil else { return nil }
        let image = buffer.seal()
        let isGenuine = image.withUnsafeBytes { pixels in
            seal?.vouches(for: pixels, head: head.bytes, name: key.description) ?? header.describes(pixels)
        }
        return isGenuine ? image : miss(seal == nil ? .checksum : .forged)
    }

    /// Asks Redis, if the breaker lets us; nil, noted, when it does not or when that fails.
    private func ask<Answer>(
        _ kind: RedisOutage.Kind,
        _ question: () async throws(TransportError) -> Answer
    ) async -> Answer? {
        let isAdmitted = state.withLock { $0.breaker.admits(at: now()) }
        guard isAdmitted else { return miss(.breakerOpen) }
        do throws(TransportError) {
            let answer = try await question()
            let (moment, address) = (now(), client.address)
            let (news, isElsewhere) = state.withLock { state in
                state.breaker.succeeded()
                defer { state.address = address }
                return (state.outage.succeeded(kind, at: moment), state.address != address)
            }
            if isElsewhere, let address {
                logger?.info("Images are kept in Redis", metadata: [LogKey.address: "\(address)"])
            }
            tell(news)
            return answer
        } catch {
            let failure = Failure(error)
            let moment = now()
            tell(
                state.withLock { state in
                    if failure.isFromWorkingServer {
                        state.breaker.succeeded()
                    } else {
                        state.breaker.failed(at: moment)
                    }
                    // What is wrong with one value says nothing of the server.
                    let isOutage = !failure.isFromWorkingServer || failure == .outOfMemory
                    return isOutage ? state.outage.failed(kind, error, at: moment) : nil
                }
            )
            return miss(failure)
        }
    }

    private func miss<Value>(_ failure: Failure) -> Value? {
        failures[failure].add()
        let isFirstForgery = state.withLock { state in
            defer { state.hasToldOfForgery = state.hasToldOfForgery || failure == .forged }
            return failure == .forged && !state.hasToldOfForgery
        }
        if isFirstForgery {
            logger?.warning("Redis holds images that nobody with this redis.key has stored; they are not used")
        }
        return nil
    }

    private func tell(_ news: RedisOutage.News?) {
        switch news {
        case nil: break
        case .began(let trouble):
            logger?.warning(
                "Redis does not serve; until it does, each image is fetched by whoever needs it",
                metadata: [LogKey.error: "\(trouble.message)", LogKey.address: "\(client.address ?? "none")"]
            )
        case .ended: logger?.notice("Redis serves again")
        }
    }
}
