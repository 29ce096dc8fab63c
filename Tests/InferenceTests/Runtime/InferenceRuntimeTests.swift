import Foundation
import Inference
import Telemetry
import Testing

/// What every runtime has to do; ``RuntimeUnderTest`` is those that are there.
@Suite("A runtime, loaded at run time", .serialized)
struct InferenceRuntimeTests {
    @Test("It says which library it is", arguments: RuntimeUnderTest.present)
    func introduces(kind: RuntimeUnderTest) throws {
        let runtime = try kind.runtime()
        #expect(runtime.version.first?.isNumber == true)
        #expect(runtime.libraryPath.contains(".so"))
        #expect(runtime.name == kind.name)
        #expect(throws: Never.self) { try runtime.checkAvailability(of: kind.options()) }
    }

    @Test("A model declares its inputs and outputs, free sizes as nil", arguments: RuntimeUnderTest.present)
    func describes(kind: RuntimeUnderTest) throws {
        let session = try kind.session("double.onnx")
        #expect(session.inputs.map(\.description) == ["x float32 [?,3]"])
        #expect(session.output(named: "y")?.description == "y float32 [?,3]")
        #expect(session.output(named: "n")?.description == "n int64 [2]")
        #expect(session.output(named: "z") == nil)
    }

    @Test(
        "Input memory is lent: a change between two runs is seen, and nothing writes into it",
        arguments: RuntimeUnderTest.present
    )
    func lends(kind: RuntimeUnderTest) throws {
        let session = try kind.session("double.onnx")
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 6)
        defer { memory.deallocate() }
        _ = memory.initialize(from: [1, 2, 3, 4, 5, 6])
        let input = TensorInput(name: "x", shape: [2, 3], floats: memory)
        #expect(try doubled(session, input) == [2, 4, 6, 8, 10, 12])
        memory[5] = 60
        #expect(try doubled(session, input) == [2, 4, 6, 8, 10, 120])
        #expect(Array(memory) == [1, 2, 3, 4, 5, 60])
    }

    @Test("An empty batch runs", arguments: RuntimeUnderTest.present)
    func emptyBatch(kind: RuntimeUnderTest) throws {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1)
        defer { memory.deallocate() }
        let nothing = UnsafeMutableBufferPointer(rebasing: memory[0..<0])
        let input = TensorInput(name: "x", shape: [0, 3], floats: nothing)
        #expect(try doubled(kind.session("double.onnx"), input) == [])
    }

    @Test(
        "Memory of another size than the shape says is refused before the runtime sees it",
        arguments: RuntimeUnderTest.present
    )
    func wrongMemory(kind: RuntimeUnderTest) throws {
        let session = try kind.session("double.onnx")
        let error = try withFloats([1, 2, 3]) { memory in
            let input = TensorInput(name: "x", shape: [2, 3], floats: memory)
            return #expect(throws: InferenceError.self) { try doubled(session, input) }
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.nativeCode == nil)
    }

    @Test(
        "A shape the model does not take is an error with the runtime's words, and the session stays usable",
        arguments: RuntimeUnderTest.present
    )
    func wrongShape(kind: RuntimeUnderTest) throws {
        let session = try kind.session("double.onnx")
        let error = try withFloats([1, 2, 3, 4]) { memory in
            let input = TensorInput(name: "x", shape: [1, 4], floats: memory)
            return #expect(throws: InferenceError.self) { try doubled(session, input) }
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.nativeCode != nil)
        #expect(error?.message.contains("x") == true)
        #expect(error?.isRetriable == false)
        try withFloats([1, 2, 3]) { memory in
            let answer = try doubled(session, TensorInput(name: "x", shape: [1, 3], floats: memory))
            #expect(answer == [2, 4, 6])
        }
    }

    @Test(
        "An input that is left out is refused, and does not run with what was lent before",
        arguments: RuntimeUnderTest.present
    )
    func missingInput(kind: RuntimeUnderTest) throws {
        let session = try kind.session("double.onnx")
        try withFloats([1, 2, 3]) { memory in
            let answer = try doubled(session, TensorInput(name: "x", shape: [1, 3], floats: memory))
            #expect(answer == [2, 4, 6])
        }
        let error = #expect(throws: InferenceError.self) {
            try session.run(inputs: [], outputs: ["y"]) { _ in }
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("x") == true)
    }

    @Test("Outputs of another kind, or that are not there, are refused", arguments: RuntimeUnderTest.present)
    func wrongOutput(kind: RuntimeUnderTest) throws {
        let session = try kind.session("double.onnx")
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

    @Test("A file that is no model is an error that names it", arguments: RuntimeUnderTest.present)
    func garbage(kind: RuntimeUnderTest) throws {
        let path = NSTemporaryDirectory() + "garbage-\(UUID().uuidString).onnx"
        try Data("<html>not a model</html>".utf8).write(to: URL(filePath: path))
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        let error = #expect(throws: InferenceError.self) {
            try kind.runtime().makeSession(path: path, options: kind.options())
        }
        #expect(error?.code == .invalidModel)
        #expect(error?.description.contains(path) == true)
        #expect(error?.nativeCode != nil)
    }

    @Test("A graph whose parts do not belong together is no model", arguments: RuntimeUnderTest.present)
    func dangling(kind: RuntimeUnderTest) throws {
        var bytes = try Data(contentsOf: URL(filePath: fixturePath("double.onnx")))
        // The product's second factor is now something that nothing makes.
        let name = try #require(bytes.range(of: Data("two".utf8)))
        bytes.replaceSubrange(name, with: Data("one".utf8))
        let path = NSTemporaryDirectory() + "dangling-\(UUID().uuidString).onnx"
        try bytes.write(to: URL(filePath: path))
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        let error = #expect(throws: InferenceError.self) {
            try kind.runtime().makeSession(path: path, options: kind.options())
        }
        #expect(error?.code == .invalidModel)
        #expect(error?.message.contains("one") == true)
    }

    @Test("A file that is not there is an error that names it", arguments: RuntimeUnderTest.present)
    func missing(kind: RuntimeUnderTest) throws {
        let error = #expect(throws: InferenceError.self) {
            try kind.runtime().makeSession(path: "/nowhere.onnx", options: kind.options())
        }
        #expect(error?.code == .invalidModel)
        #expect(error?.description.contains("/nowhere.onnx") == true)
    }

    @Test("A run from many threads at once gives each its own answer", arguments: RuntimeUnderTest.present)
    func concurrent(kind: RuntimeUnderTest) async throws {
        let session = try kind.session("double.onnx")
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

private func doubled(_ session: any InferenceSession, _ input: TensorInput) throws(InferenceError) -> [Float] {
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
