import Telemetry

extension Device {
    /// ONNX Runtime's name of the provider that serves this device.
    var providerName: String {
        switch self {
        case .cpu, .openVINO: "CPUExecutionProvider"
        case .cuda: "CUDAExecutionProvider"
        case .tensorRT: "TensorrtExecutionProvider"
        }
    }

    /// Sees that ONNX Runtime computes with this precision on the device.
    ///
    /// - Throws: `deviceUnavailable` with what to do instead.
    func checkPrecision(_ precision: Precision) throws(InferenceError) {
        guard precision != .full else { return }
        let advice: String
        switch self {
        // TensorRT halves a graph itself; for CUDA there is another one, which is the caller's to choose.
        case .tensorRT, .cuda: return
        case .cpu, .openVINO: advice = "ONNX Runtime has no half precision on a processor; use cpu:openvino"
        }
        throw InferenceError(
            .deviceUnavailable,
            operation: OperationName("device.use", "\(self) at half precision"),
            message: advice
        )
    }
}
