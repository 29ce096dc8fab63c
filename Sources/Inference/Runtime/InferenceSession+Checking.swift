import Telemetry

extension InferenceSession {
    /// Sees that what is lent to a run is the model's inputs, all of them, each with the memory that its shape says.
    ///
    /// Runtimes look at what they are given, not all of them at what they are not: OpenVINO keeps what it was lent last, and would run with
    /// memory that is no longer there.
    ///
    /// - Throws: `invalidInput`.
    func check(_ lent: [TensorInput], _ operation: OperationName) throws(InferenceError) {
        for input in inputs where !lent.contains(where: { $0.name == input.name }) {
            throw InferenceError(.invalidInput, operation: operation, message: "the input \(input.name) is missing")
        }
        for input in lent {
            guard inputs.contains(where: { $0.name == input.name }) else {
                let message = "the model has no input \(input.name)"
                throw InferenceError(.invalidInput, operation: operation, message: message)
            }
            try input.check(operation)
        }
    }
}
