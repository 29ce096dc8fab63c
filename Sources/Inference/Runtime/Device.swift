import Telemetry

/// Where a model runs.
package enum Device: Hashable, Sendable {
    /// The processor, with ONNX Runtime.
    case cpu
    /// The processor, with OpenVINO.
    case openVINO
    /// An NVIDIA GPU by its index, with ONNX Runtime's CUDA provider.
    case cuda(Int)
    /// An NVIDIA GPU by its index, with ONNX Runtime's TensorRT provider.
    case tensorRT(Int)

    /// Reads `cpu:onnxruntime`, `cpu:openvino`, `cuda`, `cuda:1` or `tensorrt:0`; no index means 0, and `cpu` means ONNX Runtime.
    package init(parsing text: String) throws(InferenceError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let index = parts.count == 2 ? Int(parts[1]) : 0
        switch (parts.first?.lowercased(), index) {
        case ("cpu", _) where parts.count == 1 || parts[1].lowercased() == "onnxruntime": self = .cpu
        case ("cpu", _) where parts[1].lowercased() == "openvino": self = .openVINO
        case ("cuda", let index?) where index >= 0: self = .cuda(index)
        case ("tensorrt", let index?) where index >= 0: self = .tensorRT(index)
        default:
            throw InferenceError(
                .invalidDevice,
                operation: OperationName("device.read", "the device \"\(text)\""),
                message: "a device is auto, cpu, cpu:onnxruntime, cpu:openvino, cuda:N or tensorrt:N"
            )
        }
    }

    /// Whether the model runs on the processor, whatever runs it.
    package var isProcessor: Bool {
        switch self {
        case .cpu, .openVINO: true
        case .cuda, .tensorRT: false
        }
    }
}

extension Device: CustomStringConvertible {
    /// The text that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .cpu: "cpu"
        case .openVINO: "cpu:openvino"
        case .cuda(let index): "cuda:\(index)"
        case .tensorRT(let index): "tensorrt:\(index)"
        }
    }
}
