import Telemetry
import Testing

@testable import Inference

@Suite("ONNX Runtime")
struct OrtRuntimeTests {
    @Test("It says what it brings")
    func providers() throws {
        #expect(try testRuntime().providers.contains("CPUExecutionProvider"))
    }

    @Test("A provider the library lacks is an error, not the processor", arguments: [Device.cuda(99), .tensorRT(99)])
    func noSilentFallBack(device: Device) throws {
        let error = #expect(throws: InferenceError.self) {
            try testRuntime().makeSession(path: fixturePath("double.onnx"), options: SessionOptions(device: device))
        }
        #expect(error?.code == .deviceUnavailable)
        #expect(error?.description.contains(device.description) == true)
    }

    @Test("A failure inside the graph leaves the session usable")
    func failsAtRun() throws {
        // A product of matrices that do not fit; OpenVINO multiplies the part that does.
        let session = try testSession("fails_at_run.onnx")
        for (values, expected) in [([1, 2, 3, 4], nil), ([1, 2, 3], [6, 6])] as [([Float], [Float]?)] {
            var values = values
            let answer = values.withUnsafeMutableBufferPointer { memory in
                let input = TensorInput(name: "x", shape: [1, memory.count], floats: memory)
                return try? session.run(inputs: [input], outputs: ["y"]) { outputs throws(InferenceError) in
                    try outputs.withFloats("y") { _, values in Array(values) }
                }
            }
            #expect(answer == expected)
        }
    }

    @Test("Half precision is refused on a processor, with what has it")
    func half() throws {
        let error = #expect(throws: InferenceError.self) {
            try testRuntime().checkAvailability(of: SessionOptions(device: .cpu, precision: .half))
        }
        #expect(error?.code == .deviceUnavailable)
        #expect(error?.message.contains("use cpu:openvino") == true)
        // On a GPU it is a matter of the graph alone.
        #expect(throws: Never.self) { try Device.cuda(0).checkPrecision(.half) }
    }
}
