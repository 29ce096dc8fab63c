import Synchronization

/// Keeps the memory of a few finished batches for the next: fresh memory costs a page fault for each 4 KB.
package final class FloatBufferPool: Sendable {
    private let idle = Mutex<[FloatBuffer]>([])
    private let maximumIdle: Int
    private let memory: BoundMemory?

    /// Makes a pool of memory that is bound to a device, or of the system's.
    init(maximumIdle: Int, memory: BoundMemory? = nil) {
        self.maximumIdle = maximumIdle
        self.memory = memory
    }

    /// Takes the smallest idle buffer that has room for `count` floats, or a new one.
    ///
    /// - Throws: `outOfMemory`.
    func take(count: Int) throws(InferenceError) -> FloatBuffer {
        let found = idle.withLock { idle -> FloatBuffer? in
            let fitting = idle.indices.filter { idle[$0].floats.count >= count }
            guard let best = fitting.min(by: { idle[$0].floats.count < idle[$1].floats.count }) else { return nil }
            return idle.remove(at: best)
        }
        if let found { return found }
        return try FloatBuffer(count: count, memory: memory)
    }

    /// Takes a buffer back; the one that has been idle longest goes when there are too many.
    func giveBack(_ buffer: FloatBuffer) {
        idle.withLock { idle in
            idle.append(buffer)
            if idle.count > maximumIdle { idle.removeFirst() }
        }
    }
}
