import Foundation
import Inference
import Telemetry
import Testing

@Suite("ONNX Runtime, loaded at run time")
struct RuntimeTests {
    @Test("It says which library it is and what it brings")
    func introduces() throws {
        let runtime = try testRuntime()
        #expect(runtime.version.first?.isNumber == true)
        #expect(runtime.providers.contains("CPUExecutionProvider"))
    }

    @Test("A model declares its inputs and outputs, free sizes as nil")
    func describes() throws {
        let session = try testSession("double.onnx")
        #expect(session.inputs.map(\.description) == ["x float32 [?,3]"])
        #expect(session.outputs.map(\.description) == ["y float32 [?,3]", "n int64 [2]"])
    }

    @Test("Input memory is lent: a change between two runs is seen, and nothing writes into it")
    func lends() throws {
        let session = try testSession("double.onnx")
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 6)
        defer { memory.deallocate() }
        _ = memory.initialize(from: [1, 2, 3, 4, 5, 6])
        let input = TensorInput(name: "x", shape: [2, 3], floats: memory)
        #expect(try doubled(session, input) == [2, 4, 6, 8, 10, 12])
        memory[5] = 60
        #expect(try doubled(session, input) == [2, 4, 6, 8, 10, 120])
        #expect(Array(memory) == [1, 2, 3, 4, 5, 60])
    }

    @Test("An empty batch runs")
    func emptyBatch() throws {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1)
        defer { memory.deallocate() }
        let nothing = UnsafeMutableBufferPointer(rebasing: memory[0..<0])
        let input = TensorInput(name: "x", shape: [0, 3], floats: nothing)
        #expect(try doubled(testSession("double.onnx"), input) == [])
    }

    @Test("Memory of another size than the shape says is refused before ONNX Runtime sees it")
    func wrongMemory() throws {
        let session = try testSession("double.onnx")
        let error = try withFloats([1, 2, 3]) { memory in
            let input = TensorInput(name: "x", shape: [2, 3], floats: memory)
            return #expect(throws: InferenceError.self) { try doubled(session, input) }
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.nativeCode == nil)
    }

    @Test("A shape the model does not take is an error with ONNX Runtime's words")
    func wrongShape() throws {
        let session = try testSession("double.onnx")
        let error = try withFloats([1, 2, 3, 4]) { memory in
            let input = TensorInput(name: "x", shape: [1, 4], floats: memory)
            return #expect(throws: InferenceError.self) { try doubled(session, input) }
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.nativeCode == 2)
        #expect(error?.message.contains("x") == true)
        #expect(error?.isRetriable == false)
    }

    @Test("A failure inside the graph leaves the session usable")
    func failsAtRun() throws {
        let session = try testSession("fails_at_run.onnx")
        try withFloats([1, 2, 3, 4]) { memory in
            let bad = TensorInput(name: "x", shape: [1, 4], floats: memory)
            #expect(throws: InferenceError.self) { try doubled(session, bad) }
        }
        try withFloats([1, 2, 3]) { memory in
            let good = TensorInput(name: "x", shape: [1, 3], floats: memory)
            let answer = try doubled(session, good)
            #expect(answer == [6, 6])
        }
    }

    @Test("Outputs of another kind, or that are not there, are refused")
    func wrongOutput() throws {
        let session = try testSession("double.onnx")
        try withFloats([1, 2, 3]) { memory in
            let input = TensorInput(name: "x", shape: [1, 3], floats: memory)
            let mistyped = #expect(throws: InferenceError.self) {
                try session.run(inputs: [input], outputs: ["n"]) { outputs throws(InferenceError) in
                    try outputs.withFloats("n") { _, _ in }
                }
            }
            #expect(mistyped?.code == .contractViolated)
            #expect(throws: InferenceError.self) {
                try session.run(inputs: [input], outputs: ["z"]) { _ in }
            }
            let shape = try session.run(inputs: [input], outputs: ["n"]) { outputs throws(InferenceError) in
                try outputs.withIntegers("n") { _, values in Array(values) }
            }
            #expect(shape == [1, 3])
        }
    }

    @Test("A file that is no model is an error that names it")
    func garbage() throws {
        let path = NSTemporaryDirectory() + "garbage-\(UUID().uuidString).onnx"
        try Data("<html>not a model</html>".utf8).write(to: URL(filePath: path))
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        let error = #expect(throws: InferenceError.self) {
            try InferenceSession(path: path, options: SessionOptions(), runtime: testRuntime())
        }
        #expect(error?.code == .invalidModel)
        #expect(error?.description.contains(path) == true)
        #expect(error?.nativeCode != nil)
    }

    @Test("A file that is not there is an error that names it")
    func missing() throws {
        let error = #expect(throws: InferenceError.self) {
            try InferenceSession(path: "/nowhere.onnx", options: SessionOptions(), runtime: testRuntime())
        }
        #expect(error?.code == .invalidModel)
        #expect(error?.description.contains("/nowhere.onnx") == true)
    }

    @Test("A provider the library lacks is an error, not the processor", arguments: [Device.cuda(99), .tensorRT(99)])
    func noSilentFallBack(device: Device) throws {
        let error = #expect(throws: InferenceError.self) {
            try InferenceSession(
                path: fixturePath("double.onnx"),
                options: SessionOptions(device: device),
                runtime: testRuntime()
            )
        }
        #expect(error?.code == .deviceUnavailable)
        #expect(error?.description.contains(device.description) == true)
    }

    @Test("A run from many threads at once gives each its own answer")
    func concurrent() async throws {
        let session = try testSession("double.onnx")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<32 {
                group.addTask {
                    let value = Float(number)
                    return try withFloats([value, 0, -value]) { memory in
                        let input = TensorInput(name: "x", shape: [1, 3], floats: memory)
                        return try doubled(session, input) == [2 * value, 0, -2 * value]
                    }
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}

private func doubled(_ session: InferenceSession, _ input: TensorInput) throws(InferenceError) -> [Float] {
    try session.run(inputs: [input], outputs: ["y"]) { outputs throws(InferenceError) in
        try outputs.withFloats("y") { _, values in Array(values) }
    }
}

private func withFloats<Result>(
    _ values: [Float],
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
) throws -> Result {
    var copy = values
    return try copy.withUnsafeMutableBufferPointer { try body($0) }
}
