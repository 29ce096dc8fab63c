import COnnxRuntime
import Synchronization
import Telemetry

/// A model, loaded and ready to run.
///
/// `@unchecked Sendable`: an `OrtSession` guards itself (its `Run` may be called from several threads), and this class
/// never changes after `init` but for one atomic flag.
package final class InferenceSession: @unchecked Sendable {
    /// The model's file.
    package let path: String
    /// Where it runs.
    package let device: Device
    /// The inputs the model declares, in its order.
    package let inputs: [TensorDescription]
    /// The outputs the model declares, in its order.
    package let outputs: [TensorDescription]

    let runtime: InferenceRuntime
    let memoryInfo: OrtHandle
    /// Memory for inputs, shared by all that use this session.
    let buffers: FloatBufferPool
    /// Where inputs and outputs are when they are bound; nil when they are not.
    let bound: BoundMemory?
    private let session: SessionHandle
    private let ran = Atomic(false)

    /// Loads a model from its file.
    ///
    /// Fails with `invalidModel` when the file is missing or no ONNX model, with `deviceUnavailable` when the device or its
    /// provider is not there: a model never moves to the processor silently.
    package init(path: String, options: SessionOptions, runtime: InferenceRuntime) throws(InferenceError) {
        let operation = OperationName("model.load", path)
        let table = runtime.table
        let api = table.api
        let optionsHandle = try options.makeHandle(runtime)
        let handle = try table.make(operation, release: api.ReleaseSession) { made in
            api.CreateSession(runtime.environment.pointer, path, optionsHandle.pointer, made)
        }
        session = SessionHandle(handle)
        bound = options.bindsMemory ? try BoundMemory(session: session, device: options.device, table: table) : nil
        buffers = FloatBufferPool(maximumIdle: 2, memory: bound)
        memoryInfo = try table.make(OperationName("memory.describe", "host memory"), release: api.ReleaseMemoryInfo) {
            made in
            // OrtDeviceAllocator, OrtMemTypeDefault: plain host memory of the caller.
            api.CreateCpuMemoryInfo(0, 0, made)
        }
        self.path = path
        device = options.device
        self.runtime = runtime
        let graph = GraphReader(table: table, session: session.pointer, operation: operation)
        inputs = try graph.inputs()
        outputs = try graph.outputs()
    }

    var pointer: OpaquePointer { session.pointer }

    /// Whether a run has gone well: what is only done in a first run has been done.
    var hasRun: Bool { ran.load(ordering: .relaxed) }

    /// Notes that a run has gone well.
    func noteRun() {
        ran.store(true, ordering: .relaxed)
    }
}
