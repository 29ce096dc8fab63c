import Telemetry

/// The graph in half precision that `tools/export` writes beside a model's own, for devices that compute as a graph says.
///
/// ONNX Runtime's CUDA provider is such a one. OpenVINO and TensorRT make theirs of the model's own graph.
package enum HalfGraph {
    private static let ending = ".onnx"

    /// Names the graph that it was made of in its metadata, by the SHA-256 of that file.
    static let sourceKey = "antenna_worker.made_of_sha256"

    /// Its file by the model's: `moths.half.onnx` for `moths.onnx`.
    package static func path(beside file: String) -> String {
        let stem = file.hasSuffix(ending) ? String(file.dropLast(ending.count)) : file
        return "\(stem).half\(ending)"
    }

    /// Why a graph is not the one that was made of a model's own, in a sentence; nil when it is.
    ///
    /// Somebody may have replaced one of the two, and results would be those of another model. The whole file counts: two trainings of a
    /// network differ in nothing but their weights.
    static func mismatch(of path: String, with original: String) -> String? {
        let remedy = "tools/export/half \(original) writes it anew"
        guard let named = ModelFile.metadata(sourceKey, of: path) else {
            return "\(path) does not say which graph it was made of: \(remedy)"
        }
        guard let digest = FileDigest.sha256(of: original) else {
            return "\(original) cannot be read, so nobody knows whether \(path) was made of it"
        }
        return named == digest ? nil : "\(path) was made of another graph than \(original) is now: \(remedy)"
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
