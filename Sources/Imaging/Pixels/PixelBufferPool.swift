import Synchronization
import Telemetry

/// Keeps the memory of finished images for the next ones.
///
/// The page faults of a fresh buffer cost a third of a decode, so buffers are lent and come back. What lies idle is
/// bounded: beyond `maximumIdleBytes` the block that has lain longest is returned to the system.
package final class PixelBufferPool: Sendable {
    /// The pool's memory and counts.
    package struct Statistics: Sendable, Equatable {
        /// Bytes that wait for the next image.
        package var idleBytes = 0
        /// Blocks that wait for the next image.
        package var idleBuffers = 0
        /// Bytes now in the hands of images.
        package var lentBytes = 0
        /// Requests that needed fresh memory.
        package var allocations = 0
        /// Requests that were served from idle memory.
        package var reuses = 0
        /// Blocks returned to the system because the pool was full.
        package var evictions = 0
    }

    private struct State {
        /// Ordered by the time of return, oldest first.
        ///
        /// A few dozen at most, so a scan is cheaper than an index.
        var idle: [PageBlock] = []
        var statistics = Statistics()
    }

    /// The most memory that may lie idle, in bytes.
    package let maximumIdleBytes: Int
    /// The most memory that is kept while images hold some, lent and idle together, in bytes.
    ///
    /// Memory for an image is never refused; idle memory of other sizes is given up for it.
    package let maximumBytes: Int
    private let state = Mutex(State())

    /// Creates a pool.
    ///
    /// - Parameters:
    ///   - maximumIdleBytes: The most unused memory that is kept; zero keeps none.
    ///   - maximumBytes: The most memory that is kept in all, what images hold included.
    package init(maximumIdleBytes: Int, maximumBytes: Int = .max) {
        self.maximumIdleBytes = max(0, maximumIdleBytes)
        self.maximumBytes = max(0, maximumBytes)
    }

    /// The pool's memory and counts.
    package var statistics: Statistics { state.withLock { $0.statistics } }

    /// Bytes that wait for the next image.
    package var idleBytes: Int { statistics.idleBytes }

    /// Lends memory for an image of `height` × `width`, to be filled by one owner and then shared.
    ///
    /// The memory holds whatever the last image left in it.
    /// - Throws: `ImagingError` with `.zeroSize`, `.tooManyPixels` (the count leaves the range of `Int`) or
    ///   `.outOfMemory`.
    package func take(
        layout: PixelLayout = .rgb,
        height: Int,
        width: Int
    ) throws(ImagingError) -> MutablePixelBuffer {
        guard height > 0, width > 0 else {
            throw ImagingError(.zeroSize, operation: Self.operation, message: "\(width) × \(height) pixels")
        }
        let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
        guard !overflow, pixels <= Int.max / 16 else {
            throw ImagingError(.tooManyPixels, operation: Self.operation, message: "\(width) × \(height) pixels")
        }
        let memory = try lease(byteCount: layout.byteCount(height: height, width: width))
        return MutablePixelBuffer(memory: memory, layout: layout, height: height, width: width)
    }

    /// Lends at least `byteCount` bytes of plain memory.
    func lease(byteCount: Int) throws(ImagingError) -> PooledMemory {
        // Readers load whole words and vectors, so something must lie behind the last byte.
        let needed = byteCount + PooledMemory.slack
        let reused = state.withLock { state -> PageBlock? in
            guard let block = Self.takeBest(from: &state.idle, needed: needed) else { return nil }
            state.statistics.idleBytes -= block.capacity
            state.statistics.idleBuffers -= 1
            state.statistics.lentBytes += block.capacity
            state.statistics.reuses += 1
            return block
        }
        if let reused { return PooledMemory(block: reused, byteCount: byteCount, pool: self) }
        guard let fresh = PageBlock(byteCount: needed) else {
            throw ImagingError(.outOfMemory, operation: Self.operation, message: "the system gave no \(needed) bytes")
        }
        _ = state.withLock { state in
            state.statistics.lentBytes += fresh.capacity
            state.statistics.allocations += 1
            return evictSurplus(&state)
        }
        return PooledMemory(block: fresh, byteCount: byteCount, pool: self)
    }

    /// Takes a block back from a lease that ended.
    func putBack(_ block: PageBlock) {
        // Evicted blocks leave the closure alive: unmapping them is a system call, and needs no lock.
        _ = state.withLock { state -> [PageBlock] in
            state.statistics.lentBytes -= block.capacity
            guard block.capacity <= maximumIdleBytes else {
                state.statistics.evictions += 1
                return [block]
            }
            state.idle.append(block)
            state.statistics.idleBytes += block.capacity
            return evictSurplus(&state)
        }
    }

    /// Takes out the blocks that have lain longest, as many as there are too many.
    private func evictSurplus(_ state: inout State) -> [PageBlock] {
        let limit = min(maximumIdleBytes, max(0, maximumBytes - state.statistics.lentBytes))
        var surplus = 0
        while state.statistics.idleBytes > limit {
            state.statistics.idleBytes -= state.idle[surplus].capacity
            surplus += 1
        }
        let evicted = Array(state.idle.prefix(surplus))
        state.idle.removeFirst(surplus)
        state.statistics.evictions += surplus
        state.statistics.idleBuffers = state.idle.count
        return evicted
    }

    /// The smallest idle block that holds `needed` bytes and wastes no more than a quarter; of equals, the one used last.
    private static func takeBest(from idle: inout [PageBlock], needed: Int) -> PageBlock? {
        let largest = PageBlock.capacity(for: needed + needed / 4) ?? needed
        var best: Int?
        for index in idle.indices.reversed() where idle[index].capacity >= needed && idle[index].capacity <= largest {
            if let current = best, idle[current].capacity <= idle[index].capacity { continue }
            best = index
        }
        return best.map { idle.remove(at: $0) }
    }

    private static let operation = OperationName("pixels.take", "pixel memory")
}
