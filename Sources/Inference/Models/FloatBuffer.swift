import Synchronization

/// Memory for a batch's floats, aligned for vector instructions.
///
/// `@unchecked Sendable`: the buffer hands out its memory and never looks at it; the one batch or classification that
/// holds it decides who writes where.
final class FloatBuffer: @unchecked Sendable {
    let floats: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
        let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: count * MemoryLayout<Float>.size, alignment: 64)
        floats = raw.bindMemory(to: Float.self)
    }

    deinit { floats.deallocate() }
}

/// Keeps the memory of a few finished batches for the next: fresh memory costs a page fault for each 4 KB.
final class FloatBufferPool: Sendable {
    private let idle = Mutex<[FloatBuffer]>([])
    private let maximumIdle: Int

    init(maximumIdle: Int) {
        self.maximumIdle = maximumIdle
    }

    /// Takes the smallest idle buffer that has room for `count` floats, or a new one.
    func take(count: Int) -> FloatBuffer {
        let found = idle.withLock { idle -> FloatBuffer? in
            let fitting = idle.indices.filter { idle[$0].floats.count >= count }
            guard let best = fitting.min(by: { idle[$0].floats.count < idle[$1].floats.count }) else { return nil }
            return idle.remove(at: best)
        }
        return found ?? FloatBuffer(count: count)
    }

    /// Takes a buffer back; the one that has been idle longest goes when there are too many.
    func giveBack(_ buffer: FloatBuffer) {
        idle.withLock { idle in
            idle.append(buffer)
            if idle.count > maximumIdle { idle.removeFirst() }
        }
    }
}
