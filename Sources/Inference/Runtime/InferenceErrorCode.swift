import Telemetry

/// The kinds of failure in loading or running a model.
package enum InferenceErrorCode: String, ErrorCode {
    /// No ONNX Runtime library was found.
    case libraryNotFound
    /// A library was found, but it is not an ONNX Runtime that serves what is needed.
    case libraryUnusable
    /// The device's name is not understood.
    case invalidDevice
    /// The device, or ONNX Runtime's provider for it, is not there.
    case deviceUnavailable
    /// The model's file cannot be read, or is no ONNX model.
    case invalidModel
    /// A model that was there at the start cannot be loaded again now.
    case modelLost
    /// The model's inputs or outputs are not what its role asks for.
    case contractViolated
    /// The caller's input does not fit.
    case invalidInput
    /// Memory, of the host or of the device, ran out.
    case outOfMemory
    /// The run failed in ONNX Runtime.
    case runFailed

    /// Memory comes back by itself, and so may the folder of the models.
    package var isUsuallyRetriable: Bool { self == .outOfMemory || self == .modelLost }

    package static func sentence(of error: InferenceError) -> String {
        let native = error.nativeCode.map { " (ONNX Runtime code \($0))" } ?? ""
        return "cannot \(error.operation.words): \(error.message)\(native)"
    }
}
