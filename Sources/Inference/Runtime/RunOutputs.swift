import COnnxRuntime
import Telemetry

/// The outputs of a run, lent to the closure that reads them.
package struct RunOutputs: ~Copyable {
    private let names: [String]
    private let values: ValueList
    private let table: OrtTable
    private let operation: OperationName

    init(names: [String], values: ValueList, table: OrtTable, operation: OperationName) {
        self.names = names
        self.values = values
        self.table = table
        self.operation = operation
    }

    /// Lends an output of floats with its shape.
    ///
    /// Fails with `contractViolated` when the output has other elements.
    package borrowing func withFloats<Result>(
        _ name: String,
        _ body: (TensorShape, UnsafeBufferPointer<Float>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let (shape, memory) = try read(name, as: .float32)
        return try body(shape, UnsafeBufferPointer(memory.bindMemory(to: Float.self)))
    }

    /// Lends an output of 64-bit whole numbers with its shape.
    ///
    /// Fails with `contractViolated` when the output has other elements.
    package borrowing func withIntegers<Result>(
        _ name: String,
        _ body: (TensorShape, UnsafeBufferPointer<Int64>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let (shape, memory) = try read(name, as: .int64)
        return try body(shape, UnsafeBufferPointer(memory.bindMemory(to: Int64.self)))
    }

    private borrowing func read(
        _ name: String,
        as wanted: TensorElement
    ) throws(InferenceError) -> (TensorShape, UnsafeMutableRawBufferPointer) {
        guard let index = names.firstIndex(of: name), let value = values[index] else {
            throw InferenceError(.contractViolated, operation: operation, message: "there is no output \(name)")
        }
        let api = table.api
        var isTensor: Int32 = 0
        try table.check(api.IsTensor(value, &isTensor), operation)
        guard isTensor != 0 else {
            throw InferenceError(.contractViolated, operation: operation, message: "output \(name) is no tensor")
        }
        let info = try table.make(operation, release: api.ReleaseTensorTypeAndShapeInfo) {
            api.GetTensorTypeAndShape(value, $0)
        }
        let (element, dimensions) = try table.elementAndDimensions(info.pointer, operation)
        let shape = TensorShape(dimensions)
        guard element == wanted, let count = shape.elementCount else {
            throw InferenceError(
                .contractViolated,
                operation: operation,
                message: "output \(name) is \(element) \(shape), not \(wanted)"
            )
        }
        var data: UnsafeMutableRawPointer?
        try table.check(api.GetTensorMutableData(value, &data), operation)
        let size = wanted == .int64 ? MemoryLayout<Int64>.size : MemoryLayout<Float>.size
        return (shape, UnsafeMutableRawBufferPointer(start: data, count: count * size))
    }
}
