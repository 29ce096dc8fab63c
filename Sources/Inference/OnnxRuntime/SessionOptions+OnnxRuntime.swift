import COnnxRuntime
import Telemetry

extension SessionOptions {
    /// Makes ONNX Runtime's options of these.
    ///
    /// - Throws: `deviceUnavailable` when the library lacks the device's provider, the provider cannot be loaded, or the device does not
    ///   compute with the precision.
    func makeHandle(_ runtime: OrtRuntime) throws(InferenceError) -> OrtHandle {
        let table = runtime.table
        let api = table.api
        let handle = try table.make(
            OperationName("session_options.make", "session options"),
            release: api.ReleaseSessionOptions
        ) {
            api.CreateSessionOptions($0)
        }
        let options = handle.pointer
        try table.check(
            api.SetIntraOpNumThreads(options, Int32(clamping: intraOpThreads)),
            OperationName("session_options.set", "the thread count")
        )
        try table.check(api.SetInterOpNumThreads(options, 1), OperationName("session_options.set", "the thread count"))
        let entries: KeyValuePairs = [
            // Idle threads of ONNX Runtime would spin on the cores that decode the next images.
            "session.intra_op.allow_spinning": "0", "session.inter_op.allow_spinning": "0",
            // Runs share memory; weights have their own, which is the system's again when a model is unloaded.
            "session.use_env_allocators": "1", "session.use_device_allocator_for_initializers": "1",
        ]
        for (key, value) in entries {
            try table.check(api.AddSessionConfigEntry(options, key, value), OperationName("session_options.set", key))
        }
        // A memory pattern plans one block for the shapes it has seen; sizes here differ from batch to batch.
        try table.check(api.DisableMemPattern(options), OperationName("session_options.disable", "memory patterns"))
        try appendProviders(to: options, runtime)
        return handle
    }

    private func appendProviders(to options: OpaquePointer, _ runtime: OrtRuntime) throws(InferenceError) {
        try device.checkPrecision(precision)
        guard runtime.providers.contains(device.providerName) else {
            throw InferenceError(
                .deviceUnavailable,
                operation: OperationName("device.use", "\(device)"),
                message: "ONNX Runtime \(runtime.version) at \(runtime.libraryPath) has no \(device.providerName); "
                    + "it has \(runtime.providers.joined(separator: ", "))"
            )
        }
        do throws(InferenceError) {
            switch device {
            case .cpu, .openVINO: break
            case .cuda(let index):
                try appendCUDA(index, to: options, runtime.table)
            case .tensorRT(let index):
                try appendTensorRT(index, to: options, runtime.table)
                // TensorRT leaves operators it does not know to the next provider: better the same GPU than the processor.
                if runtime.providers.contains(Device.cuda(index).providerName) {
                    try appendCUDA(index, to: options, runtime.table)
                }
            }
        } catch {
            throw InferenceError(
                .deviceUnavailable,
                operation: OperationName("device.use", "\(device)"),
                message: error.message,
                nativeCode: error.nativeCode
            )
        }
    }

    private func appendCUDA(_ index: Int, to options: OpaquePointer, _ table: OrtTable) throws(InferenceError) {
        let api = table.api
        let provider = try table.make(
            OperationName("cuda_options.make", "CUDA options"),
            release: api.ReleaseCUDAProviderOptions
        ) {
            api.CreateCUDAProviderOptions($0)
        }
        let settings: KeyValuePairs = [
            "device_id": "\(index)",
            // Grow by what is asked for: doubling takes memory from other engines on the same GPU.
            "arena_extend_strategy": "kSameAsRequested",
            // The exhaustive search takes seconds for each new image size.
            "cudnn_conv_algo_search": "HEURISTIC",
        ]
        try table.check(
            withCStrings(settings) { api.UpdateCUDAProviderOptions(provider.pointer, $0, $1, $2) },
            OperationName("cuda_options.set", "CUDA options")
        )
        try table.check(
            api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, provider.pointer),
            OperationName("provider.add", "the CUDA provider")
        )
    }

    private func appendTensorRT(_ index: Int, to options: OpaquePointer, _ table: OrtTable) throws(InferenceError) {
        let api = table.api
        let provider = try table.make(
            OperationName("tensorrt_options.make", "TensorRT options"),
            release: api.ReleaseTensorRTProviderOptions
        ) {
            api.CreateTensorRTProviderOptions($0)
        }
        try table.check(
            withCStrings(["device_id": "\(index)", "trt_fp16_enable": precision == .half ? "1" : "0"]) {
                api.UpdateTensorRTProviderOptions(provider.pointer, $0, $1, $2)
            },
            OperationName("tensorrt_options.set", "TensorRT options")
        )
        try table.check(
            api.SessionOptionsAppendExecutionProvider_TensorRT_V2(options, provider.pointer),
            OperationName("provider.add", "the TensorRT provider")
        )
    }
}

private typealias CStrings = UnsafePointer<UnsafePointer<CChar>>

private func withCStrings(
    _ pairs: KeyValuePairs<String, String>,
    _ body: (CStrings, CStrings, Int) -> OpaquePointer?
) -> OpaquePointer? {
    let keys = CStringTable(pairs.map(\.key))
    let values = CStringTable(pairs.map(\.value))
    return keys.withPointer { keys in values.withPointer { values in body(keys, values, pairs.count) } }
}
