import Telemetry

/// The graph in half precision that `tools/export` writes beside a model's own, for devices that compute as a graph says.
///
/// ONNX Runtime's CUDA provider is such a one. OpenVINO and TensorRT make theirs of the model's own graph.
package enum HalfGraph {
    private static let ending = ".onnx"

    /// Its file by the model's: `moths.half.onnx` for `moths.onnx`.
    package static func path(beside file: String) -> String {
        let stem = file.hasSuffix(ending) ? String(file.dropLast(ending.count)) : file
        return "\(stem).half\(ending)"
    }

    /// Sees that every model has one that a device needs.
    ///
    /// - Parameters:
    ///   - manifests: The pipelines that are to run there.
    ///   - use: The device, and how it is to compute.
    /// - Throws: `invalidModel` with the command that writes it.
    package static func require(for manifests: [PipelineManifest], on use: DeviceUse) throws(InferenceError) {
        for graph in manifests.flatMap({ $0.graphs(on: use) }) {
            guard let problem = graph.problem else { continue }
            throw InferenceError(
                .invalidModel,
                operation: OperationName("device.use", "\(use)"),
                message: problem
            )
        }
    }
}
