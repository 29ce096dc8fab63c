import Telemetry
import Testing

@testable import Inference

@Suite("Outputs as a runtime shows them")
struct RunOutputsTests {
    /// Shows one output, whatever it is asked for.
    private struct OneOutput: OutputReading {
        let tensor: OutputTensor

        func withOutput<Result>(
            _ name: String,
            _ body: (OutputTensor) throws(InferenceError) -> Result
        ) throws(InferenceError) -> Result? {
            try body(tensor)
        }
    }

    private func floats(_ shape: TensorShape, base: UnsafeMutableRawPointer?) throws(InferenceError) -> [Float] {
        let tensor = OutputTensor(element: .float32, shape: shape, base: base)
        return try RunOutputs(OneOutput(tensor: tensor), "model.run").withFloats("y") { _, values in Array(values) }
    }

    @Test("A shape that its memory cannot have is an error, and nothing is read")
    func shapes() throws {
        let base = UnsafeMutableRawPointer(UnsafeMutablePointer<Float>.allocate(capacity: 1))
        defer { base.deallocate() }
        base.storeBytes(of: 7, as: Float.self)
        #expect(try floats([1], base: base) == [7])
        #expect(try floats([], base: base) == [7])
        for shape: TensorShape in [[-1], [.max, .max], [.max / 4 + 1], [.max]] {
            let error = #expect(throws: InferenceError.self) { try floats(shape, base: base) }
            #expect(error?.code == .contractViolated)
        }
    }

    @Test("An output without memory has no elements, or is an error")
    func noMemory() throws {
        #expect(try floats([0, 4], base: nil) == [])
        let error = #expect(throws: InferenceError.self) { try floats([1, 4], base: nil) }
        #expect(error?.code == .runFailed)
    }
}
