import COnnxRuntime
import Synchronization
import Telemetry

/// A model, loaded by ONNX Runtime and ready to run.
///
/// `@unchecked Sendable`: an `OrtSession` guards itself (its `Run` may be called from several threads), and this class
/// never changes after `init` but for one atomic flag.
package final class OrtSession: InferenceSession, @unchecked Sendable {
    package let path: String
    package let device: Device
    package let inputs: [TensorDescription]
    private let outputs: [TensorDescription]

    let runtime: OrtRuntime
    let memoryInfo: OrtHandle
    package let buffers: FloatBufferPool
    /// Where inputs and outputs are when they are bound; nil when they are not.
    let bound: BoundMemory?
    private let session: SessionHandle
    private let ran = Atomic(false)

    /// Loads a model from its file.
    ///
    /// Fails with `invalidModel` when the file is missing or no ONNX model, with `deviceUnavailable` when the device or its
    /// provider is not there: a model never moves to the processor silently.
    package init(path: String, options: SessionOptions, runtime: OrtRuntime) throws(InferenceError) {
        let operation = OperationName("model.load", path)
        let table = runtime.table
        let api = table.api
        let optionsHandle = try options.makeHandle(runtime)
        // Half of what can be wrong with a graph is no more than a failure to ONNX Runtime. On a GPU it may be the GPU's.
        let failure: InferenceError.Code? = options.device.isProcessor ? .invalidModel : nil
        let handle = try table.make(operation, failure: failure, release: api.ReleaseSession) { made in
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
        let graph = OrtGraphReader(table: table, session: session.pointer, operation: operation)
        inputs = try graph.inputs()
        outputs = try graph.outputs()
    }

    package func output(named name: String) -> TensorDescription? { outputs.first { $0.name == name } }

    var pointer: OpaquePointer { session.pointer }

    package var hasRun: Bool { ran.load(ordering: .relaxed) }

    /// Notes that a run has gone well.
    func noteRun() {
        ran.store(true, ordering: .relaxed)
    }
}
