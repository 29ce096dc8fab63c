package import Concurrency
import Imaging
import Synchronization
import Telemetry

/// A tensor cache in the worker's own memory, for several pipelines over the same images and for redeliveries.
///
/// It lives on memory that is not needed: what it keeps stays reserved in the budget of pixels, and is given up, least recently
/// used first, as soon as a task waits for memory. The budget calls ``makeRoom(for:)`` for that.
package final class MemoryTensorCache: TensorCache {
    private struct Entry {
        let pixels: AdmittedPixels
        var lastUse: UInt64
    }

    private struct State {
        var entries: [TensorKey: Entry] = [:]
        var byteCount = 0
        var uses: UInt64 = 0
    }

    /// Images found, not found, kept, and not kept for want of room.
    package let statistics = CacheStatistics("memory")
    private let maximumBytes: Int
    private let state = Mutex(State())

    /// Makes an empty cache.
    ///
    /// - Parameter maximumBytes: Bytes of pixels kept at most; zero keeps none.
    package init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Bytes of pixels kept now.
    package var byteCount: Int { state.withLock(\.byteCount) }

    package func pixels(
        for key: TensorKey,
        admit: (_ byteCount: Int) async throws -> Budget.Reservation
    ) async throws -> AdmittedPixels? {
        let pixels = state.withLock { state in
            state.uses += 1
            state.entries[key]?.lastUse = state.uses
            return state.entries[key]?.pixels
        }
        if pixels == nil { statistics.misses.add() } else { statistics.hits.add() }
        return pixels
    }

    package func keeps(_ key: TensorKey) async -> Bool {
        state.withLock { state in
            state.uses += 1
            state.entries[key]?.lastUse = state.uses
            return state.entries[key] != nil
        }
    }

    @discardableResult
    package func store(_ pixels: AdmittedPixels, for key: TensorKey) async -> Bool {
        let size = pixels.buffer.byteCount
        guard size <= maximumBytes else {
            statistics.refusedStores.add()
            return false
        }
        let dropped = state.withLock { state in
            let dropped = Self.evict(from: &state, untilRoomFor: size, within: maximumBytes)
            guard state.entries[key] == nil else { return dropped }
            state.uses += 1
            state.entries[key] = Entry(pixels: pixels, lastUse: state.uses)
            state.byteCount += size
            return dropped
        }
        // Memory goes back to its pool outside the lock.
        withExtendedLifetime(dropped) {}
        // Whoever began to wait before the image was in here could not ask for it.
        if pixels.reservation.isWanted { makeRoom(for: size) }
        let isKept = await keeps(key)
        if isKept { statistics.stores.add() } else { statistics.refusedStores.add() }
        return isKept
    }

    /// Gives up the least recently used images until at least `byteCount` bytes are free of the cache, or it is empty.
    package func makeRoom(for byteCount: Int) {
        let dropped = state.withLock { state in
            Self.evict(from: &state, untilRoomFor: byteCount, within: state.byteCount)
        }
        withExtendedLifetime(dropped) {}
    }

    private static func evict(from state: inout State, untilRoomFor size: Int, within limit: Int) -> [AdmittedPixels] {
        var dropped: [AdmittedPixels] = []
        while state.byteCount + size > limit,
            let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            state.entries[oldest.key] = nil
            state.byteCount -= oldest.value.pixels.buffer.byteCount
            dropped.append(oldest.value.pixels)
        }
        return dropped
    }
}
