import Telemetry

/// Where a model runs.
package enum Device: Hashable, Sendable {
    /// The processor.
    case cpu
    /// An NVIDIA GPU by its index, with ONNX Runtime's CUDA provider.
    case cuda(Int)
    /// An NVIDIA GPU by its index, with ONNX Runtime's TensorRT provider.
    case tensorRT(Int)

    /// Reads `cpu`, `cuda`, `cuda:1` or `tensorrt:0`; no index means 0.
    package init(parsing text: String) throws(InferenceError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let index = parts.count == 2 ? Int(parts[1]) : 0
        switch (parts.first?.lowercased(), index) {
        case ("cpu", _) where parts.count == 1: self = .cpu
        case ("cuda", let index?) where index >= 0: self = .cuda(index)
        case ("tensorrt", let index?) where index >= 0: self = .tensorRT(index)
        default:
            throw InferenceError(
                .invalidDevice,
                operation: OperationName("device.read", "the device \"\(text)\""),
                message: "a device is cpu, cuda:N or tensorrt:N"
            )
        }
    }

    /// Reads a list such as `cuda:0,cuda:1`; no device may be named twice.
    package static func list(parsing text: String) throws(InferenceError) -> [Device] {
        var devices: [Device] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let device = try Device(parsing: part.filter { !$0.isWhitespace })
            guard !devices.contains(device) else {
                throw InferenceError(
                    .invalidDevice,
                    operation: OperationName("devices.read", "the devices \"\(text)\""),
                    message: "\(device) is named twice"
                )
            }
            devices.append(device)
        }
        return devices
    }

    /// ONNX Runtime's name of the provider that serves this device.
    var providerName: String {
        switch self {
        case .cpu: "CPUExecutionProvider"
        case .cuda: "CUDAExecutionProvider"
        case .tensorRT: "TensorrtExecutionProvider"
        }
    }
}

extension Device: CustomStringConvertible {
    /// The text that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        case .tensorRT(let index): "tensorrt:\(index)"
        }
    }
}
