import Telemetry

/// Memory lent to a run as an input: nothing is copied, so it must stay until the run is over.
package struct TensorInput {
    /// The input's name in the graph.
    package let name: String
    /// The kind of its elements.
    package let element: TensorElement
    /// Its shape; the memory holds exactly that many elements.
    package let shape: TensorShape
    let memory: UnsafeMutableRawBufferPointer

    /// Lends floats, which are only read.
    package init(name: String, shape: TensorShape, floats: UnsafeMutableBufferPointer<Float>) {
        self.name = name
        self.shape = shape
        element = .float32
        memory = UnsafeMutableRawBufferPointer(floats)
    }

    /// Lends 64-bit whole numbers, which are only read.
    package init(name: String, shape: TensorShape, integers: UnsafeMutableBufferPointer<Int64>) {
        self.name = name
        self.shape = shape
        element = .int64
        memory = UnsafeMutableRawBufferPointer(integers)
    }

    /// Sees that the memory is as large as the shape says.
    ///
    /// - Throws: `invalidInput`.
    func check(_ operation: OperationName) throws(InferenceError) {
        guard shape.byteCount(of: element) == memory.count else {
            throw InferenceError(
                .invalidInput,
                operation: operation,
                message: "\(name) is said to be \(shape) of \(element), but its memory has \(memory.count) bytes"
            )
        }
    }
}
