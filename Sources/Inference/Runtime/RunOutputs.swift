import Telemetry

/// The outputs of a run, lent to the closure that reads them.
package struct RunOutputs: ~Copyable {
    private let reader: any OutputReading
    private let operation: OperationName

    init(_ reader: any OutputReading, _ operation: OperationName) {
        self.reader = reader
        self.operation = operation
    }

    /// Lends an output of floats with its shape.
    ///
    /// - Throws: `contractViolated` when there is no such output, or it has other elements; what `body` throws.
    package borrowing func withFloats<Result>(
        _ name: String,
        _ body: (TensorShape, UnsafeBufferPointer<Float>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        try withElements(name, as: .float32, body)
    }

    /// Lends an output of 64-bit whole numbers with its shape.
    ///
    /// - Throws: As ``withFloats(_:_:)``.
    package borrowing func withIntegers<Result>(
        _ name: String,
        _ body: (TensorShape, UnsafeBufferPointer<Int64>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        try withElements(name, as: .int64, body)
    }

    private borrowing func withElements<Element, Result>(
        _ name: String,
        as wanted: TensorElement,
        _ body: (TensorShape, UnsafeBufferPointer<Element>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let result = try reader.withOutput(name) { tensor throws(InferenceError) in
            guard tensor.element == wanted, let byteCount = tensor.shape.byteCount(of: wanted) else {
                throw InferenceError(
                    .contractViolated,
                    operation: operation,
                    message: "output \(name) is \(tensor.element) \(tensor.shape), not \(wanted)"
                )
            }
            guard byteCount == 0 || tensor.base != nil else {
                throw InferenceError(.runFailed, operation: operation, message: "output \(name) has no memory")
            }
            let memory = UnsafeRawBufferPointer(start: tensor.base, count: byteCount)
            return try body(tensor.shape, memory.bindMemory(to: Element.self))
        }
        guard let result else {
            throw InferenceError(.contractViolated, operation: operation, message: "there is no output \(name)")
        }
        return result
    }
}
