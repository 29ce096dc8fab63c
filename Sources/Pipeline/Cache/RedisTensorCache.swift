package import Imaging
import Synchronization
package import Threading
package import Transport

/// A tensor cache in Redis, between the machines that decode and those that infer.
///
/// A value is a ``TensorHeader`` and the pixels. The pixels go between the socket and the image's memory without a copy; the size is
/// known, and memory admitted, before they are asked for. Whatever goes wrong is a miss and counted.
package final class RedisTensorCache: TensorCache {
    private struct State {
        var breaker: CircuitBreaker
        var counters = Counters()
    }

    /// The value is not of the size that its header announced.
    private struct SizeChanged: Error {}

    private let client: RedisClient
    private let pool: PixelBufferPool
    private let ttl: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// Makes a cache; asks nothing yet.
    ///
    /// - Parameters:
    ///   - client: The connections to use; its command time limit bounds every wait.
    ///   - pool: Gives the memory for the pixels that are read.
    ///   - ttl: How long Redis keeps an image, rounded up to whole seconds.
    ///   - breaker: Keeps from asking a Redis that failed lately.
    ///   - now: The clock of the breaker.
    package init(
        client: RedisClient,
        pool: PixelBufferPool,
        ttl: Duration,
        breaker: CircuitBreaker = CircuitBreaker(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.client = client
        self.pool = pool
        self.ttl = ttl
        self.now = now
        state = Mutex(State(breaker: breaker))
    }

    /// What was asked so far and how it went.
    package var counters: Counters { state.withLock(\.counters) }

    package func pixels(
        for key: TensorKey,
        admit: (_ byteCount: Int) async throws -> Budget.Reservation
    ) async throws -> AdmittedPixels? {
        guard let header = await header(of: key) else {
            state.withLock { $0.counters.misses += 1 }
            return nil
        }
        let reservation = try await admit(header.pixelByteCount)
        guard let buffer = await read(header, of: key) else {
            reservation.release()
            state.withLock { $0.counters.misses += 1 }
            return nil
        }
        state.withLock { $0.counters.hits += 1 }
        return AdmittedPixels(buffer: buffer, reservation: reservation)
    }

    package func keeps(_ key: TensorKey) async -> Bool {
        await header(of: key) != nil
    }

    @discardableResult
    package func store(_ pixels: AdmittedPixels, for key: TensorKey) async -> Bool {
        let image = pixels.buffer
        let isStored = await ask { () throws(TransportError) in
            try await image.lendBytes { bytes throws(TransportError) in
                let header = TensorHeader(
                    layout: image.layout,
                    height: image.height,
                    width: image.width,
                    pixels: bytes
                ).encoded()
                // In memory of its own, as an array's would have to be lent by a closure that cannot wait.
                let head = UnsafeMutableRawBufferPointer.allocate(byteCount: header.count, alignment: 8)
                defer { head.deallocate() }
                head.copyBytes(from: header)
                try await client.set(key.description, parts: [UnsafeRawBufferPointer(head), bytes], ttl: ttl)
                return true
            }
        }
        state.withLock { state in
            if isStored == nil { state.counters.refusedStores += 1 } else { state.counters.stores += 1 }
        }
        return isStored != nil
    }

    /// The header of what is stored, if that is a tensor as long as it says.
    private func header(of key: TensorKey) async -> TensorHeader? {
        let size = await ask { () throws(TransportError) in try await client.strlen(key.description) }
        guard let size, size > 0 else { return nil }
        let bytes = await ask { () throws(TransportError) in
            try await client.bytes(of: key.description, from: 0, through: TensorHeader.byteCount - 1)
        }
        guard let bytes else { return nil }
        guard let header = bytes.withUnsafeBytes({ TensorHeader(decoding: $0) }) else {
            note(.foreign)
            return nil
        }
        guard size == TensorHeader.byteCount + header.pixelByteCount else {
            note(.wrongSize)
            return nil
        }
        return header
    }

    private func read(_ header: TensorHeader, of key: TensorKey) async -> PixelBuffer? {
        var buffer: MutablePixelBuffer
        do throws(ImagingError) {
            buffer = try pool.take(layout: header.layout, height: header.height, width: header.width)
        } catch {
            note(.noPixelMemory)
            return nil
        }
        let isRead = await buffer.lendMutableBytes { memory in
            // Handed to the connection's thread, which has let go of it when `getRest` returns; nobody else knows it till then.
            nonisolated(unsafe) let memory = memory
            return await ask { () throws(TransportError) in
                try await client.getRest(of: key.description, from: TensorHeader.byteCount) { size in
                    guard size == memory.count else { throw SizeChanged() }
                    return memory
                }
            }
        }
        guard isRead != nil else { return nil }
        let image = buffer.seal()
        guard image.withUnsafeBytes({ header.describes($0) }) else {
            note(.checksum)
            return nil
        }
        return image
    }

    /// Asks Redis, if the breaker lets us; nil, noted, when it does not or when that fails.
    private func ask<Answer>(_ question: () async throws(TransportError) -> Answer) async -> Answer? {
        let isAdmitted = state.withLock { $0.breaker.admits(at: now()) }
        guard isAdmitted else {
            note(.breakerOpen)
            return nil
        }
        do throws(TransportError) {
            let answer = try await question()
            state.withLock { $0.breaker.succeeded() }
            return answer
        } catch {
            let failure = Failure(error)
            state.withLock { state in
                if failure.isFromWorkingServer {
                    state.breaker.succeeded()
                } else {
                    state.breaker.failed(at: now())
                }
            }
            note(failure)
            return nil
        }
    }

    private func note(_ failure: Failure) {
        state.withLock { $0.counters.failures[failure, default: 0] += 1 }
    }
}
