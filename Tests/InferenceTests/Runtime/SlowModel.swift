import Inference
import Telemetry

/// `slow.onnx`: a square matrix, multiplied by itself so often that large ones take many seconds.
enum SlowModel {
    /// A side with which a run takes a second or more.
    static let longSide = 1_024

    /// Runs it on the unit matrix.
    ///
    /// - Returns: The first two numbers of the product.
    static func run(
        side: Int,
        _ session: any InferenceSession,
        _ interruption: Interruption? = nil
    ) throws(InferenceError) -> [Float] {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: side * side)
        defer { memory.deallocate() }
        memory.initialize(repeating: 0)
        for row in 0..<side { memory[row * side + row] = 1 }
        let input = TensorInput(name: "x", shape: [side, side], floats: memory)
        return try session.run(
            inputs: [input],
            outputs: ["y"],
            interruption: interruption
        ) { outputs throws(InferenceError) in
            try outputs.withFloats("y") { _, values in Array(values.prefix(2)) }
        }
    }
}
