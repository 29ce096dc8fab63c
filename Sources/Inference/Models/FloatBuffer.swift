import Synchronization

/// Memory for a batch's floats, aligned for vector instructions.
///
/// `@unchecked Sendable`: the buffer hands out its memory and never looks at it; the one batch or classification that
/// holds it decides who writes where.
final class FloatBuffer: @unchecked Sendable {
    let floats: UnsafeMutableBufferPointer<Float>
    /// Where the memory came from; nil for the system.
    private let owner: BoundMemory?

    /// Takes memory from `memory`; from the system when that has none, which is slower and as good.
    init(count: Int, memory: BoundMemory?) {
        let byteCount = count * MemoryLayout<Float>.size
        if let memory, let raw = memory.allocate(byteCount: byteCount) {
            owner = memory
            floats = raw.bindMemory(to: Float.self)
        } else {
            owner = nil
            let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
            floats = raw.bindMemory(to: Float.self)
        }
    }

    deinit {
        if let owner {
            owner.free(UnsafeMutableRawBufferPointer(floats))
        } else {
            floats.deallocate()
        }
    }
}

/// Keeps the memory of a few finished batches for the next: fresh memory costs a page fault for each 4 KB.
final class FloatBufferPool: Sendable {
    private let idle = Mutex<[FloatBuffer]>([])
    private let maximumIdle: Int
    private let memory: BoundMemory?

    /// Makes a pool of memory that is bound to a device, or of the system's.
    init(maximumIdle: Int, memory: BoundMemory? = nil) {
        self.maximumIdle = maximumIdle
        self.memory = memory
    }

    /// Takes the smallest idle buffer that has room for `count` floats, or a new one.
    func take(count: Int) -> FloatBuffer {
        let found = idle.withLock { idle -> FloatBuffer? in
            let fitting = idle.indices.filter { idle[$0].floats.count >= count }
            guard let best = fitting.min(by: { idle[$0].floats.count < idle[$1].floats.count }) else { return nil }
            return idle.remove(at: best)
        }
        return found ?? FloatBuffer(count: count, memory: memory)
    }

    /// Takes a buffer back; the one that has been idle longest goes when there are too many.
    func giveBack(_ buffer: FloatBuffer) {
        idle.withLock { idle in
            idle.append(buffer)
            if idle.count > maximumIdle { idle.removeFirst() }
        }
    }
}
