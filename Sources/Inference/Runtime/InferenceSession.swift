import COnnxRuntime

/// A model, loaded and ready to run.
///
/// `@unchecked Sendable`: an `OrtSession` guards itself (its `Run` may be called from several threads), and this class
/// never changes after `init`.
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
    private let session: OrtHandle

    /// Loads a model from its file.
    ///
    /// Fails with `invalidModel` when the file is missing or no ONNX model, with `deviceUnavailable` when the device or its
    /// provider is not there: a model never moves to the processor silently.
    package init(path: String, options: SessionOptions, runtime: InferenceRuntime) throws(InferenceError) {
        let operation = "load \(path)"
        let table = runtime.table
        let api = table.api
        let optionsHandle = try options.makeHandle(runtime)
        session = try table.make(operation, release: api.ReleaseSession) { made in
            api.CreateSession(runtime.environment.pointer, path, optionsHandle.pointer, made)
        }
        memoryInfo = try table.make("describe host memory", release: api.ReleaseMemoryInfo) { made in
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
}
