import Glibc
import Telemetry

/// Memory for a batch's floats, aligned for vector instructions.
///
/// `@unchecked Sendable`: the buffer hands out its memory and never looks at it; the one batch or classification that
/// holds it decides who writes where.
package final class FloatBuffer: @unchecked Sendable {
    let floats: UnsafeMutableBufferPointer<Float>
    /// Where the memory came from; nil for the system.
    private let owner: BoundMemory?

    /// Takes memory from `memory`; from the system when that has none, which is slower and as good.
    ///
    /// Swift's own way of taking memory ends the process when there is none, and a batch is large.
    /// - Throws: `outOfMemory`, which gives the batch's tasks back.
    init(count: Int, memory: BoundMemory?) throws(InferenceError) {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.size)
        if !overflow, let memory, let raw = memory.allocate(byteCount: byteCount) {
            owner = memory
            floats = raw.bindMemory(to: Float.self)
            return
        }
        var raw: UnsafeMutableRawPointer?
        guard !overflow, byteCount >= 0, posix_memalign(&raw, 64, max(1, byteCount)) == 0, let raw else {
            throw InferenceError(
                .outOfMemory,
                operation: OperationName("memory.take", "memory for a batch"),
                message: "the system gave no memory for \(count) floats"
            )
        }
        owner = nil
        floats = UnsafeMutableRawBufferPointer(start: raw, count: byteCount).bindMemory(to: Float.self)
    }

    deinit {
        if let owner {
            owner.free(UnsafeMutableRawBufferPointer(floats))
        } else {
            free(floats.baseAddress)
        }
    }
}
