import Telemetry

/// The kinds of failure in loading or running a model.
package enum InferenceErrorCode: String, ErrorCode {
    /// No library of the runtime was found.
    case libraryNotFound
    /// A library was found, but it does not serve what is needed.
    case libraryUnusable
    /// The device's name is not understood.
    case invalidDevice
    /// The device, the runtime's provider for it, or the precision is not there.
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
    /// The run failed in the runtime.
    case runFailed
    /// The run was ended by an ``Interruption``: nothing is wrong with it.
    case interrupted

    /// Memory comes back by itself, and so may the folder of the models.
    package var isUsuallyRetriable: Bool { self == .outOfMemory || self == .modelLost || self == .interrupted }

    package static func sentence(of error: InferenceError) -> String {
        // Those of OpenVINO are negative, ONNX Runtime's are not.
        let native = error.nativeCode.map { " (\($0 < 0 ? "OpenVINO" : "ONNX Runtime") code \($0))" } ?? ""
        return "cannot \(error.operation.words): \(error.message)\(native)"
    }
}
