import COnnxRuntime
import Telemetry

/// Memory of the host that a session's device reaches by itself.
///
/// For a GPU it is page-locked, for the processor it is plain memory. It comes from the session's allocator, so it keeps the
/// session alive.
///
/// `@unchecked Sendable`: ONNX Runtime's allocators guard themselves; this class never changes after `init`.
final class BoundMemory: @unchecked Sendable {
    /// Describes the memory to ONNX Runtime.
    let info: OrtHandle
    private let table: OrtTable
    private let allocator: OpaquePointer
    private let session: SessionHandle

    /// Finds the allocator.
    ///
    /// - Throws: `deviceUnavailable` when the session has none for its device.
    init(session: SessionHandle, device: Device, table: OrtTable) throws(InferenceError) {
        let operation = OperationName("memory.take", "memory for \(device)")
        info = try table.make(operation, release: table.api.ReleaseMemoryInfo) { made in
            switch device {
            // OrtDeviceAllocator, OrtMemTypeDefault; and for page-locked memory OrtMemTypeCPU.
            case .cpu, .openVINO: table.api.CreateMemoryInfo("Cpu", 0, 0, 0, made)
            case .cuda(let index), .tensorRT(let index):
                table.api.CreateMemoryInfo("CudaPinned", 0, Int32(clamping: index), -1, made)
            }
        }
        var made: OpaquePointer?
        try table.check(table.api.CreateAllocator(session.pointer, info.pointer, &made), operation)
        guard let made else {
            throw InferenceError(.deviceUnavailable, operation: operation, message: "the session has no such memory")
        }
        allocator = made
        self.table = table
        self.session = session
    }

    deinit {
        // Before the session, which is still held here.
        table.api.ReleaseAllocator(allocator)
    }

    /// Takes memory; nil when there is none, as page-locked memory is scarce.
    func allocate(byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        var memory: UnsafeMutableRawPointer?
        guard let status = table.api.AllocatorAlloc(allocator, byteCount, &memory) else {
            return memory.map { UnsafeMutableRawBufferPointer(start: $0, count: byteCount) }
        }
        table.api.ReleaseStatus(status)
        return nil
    }

    /// Gives memory back that came from here.
    func free(_ memory: UnsafeMutableRawBufferPointer) {
        guard let base = memory.baseAddress, let status = table.api.AllocatorFree(allocator, base) else { return }
        // Nothing can be done about memory that is not taken back, and the session's end frees it.
        table.api.ReleaseStatus(status)
    }
}
