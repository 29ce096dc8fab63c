/// What went wrong in loading or running a model, and whether trying again can help.
package struct InferenceError: Error, Sendable, Hashable {
    /// The kind of failure.
    package enum Code: String, Sendable, Hashable {
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
    }

    /// The kind of failure.
    package let code: Code
    /// ONNX Runtime's own code (`OrtErrorCode`), where it was the one that failed.
    package let nativeCode: Int32?
    /// What happened, with ONNX Runtime's text where there is one.
    package let message: String
    /// What was being done, such as `load detector.onnx`.
    package let operation: String

    /// Makes an error.
    package init(_ code: Code, operation: String, message: String, nativeCode: Int32? = nil) {
        self.code = code
        self.operation = operation
        self.message = message
        self.nativeCode = nativeCode
    }

    /// Whether the same call may succeed later: memory comes back by itself, and so may the folder of the models.
    package var isRetriable: Bool { code == .outOfMemory || code == .modelLost }
}

extension InferenceError: CustomStringConvertible {
    /// One sentence for a person.
    package var description: String {
        let native = nativeCode.map { " (ONNX Runtime code \($0))" } ?? ""
        return "cannot \(operation): \(message)\(native)"
    }
}
