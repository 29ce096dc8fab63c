import Imaging
import Telemetry
import Testing

@testable import Inference

/// Binding is for GPUs; what can go wrong in it but for the page-locked memory can go wrong on the processor as well.
@Suite("Bound inputs and outputs")
struct BoundMemoryTests {
    private func session(_ name: String, binds: Bool) throws -> any InferenceSession {
        try testRuntime().makeSession(
            path: fixturePath(name),
            options: SessionOptions(intraOpThreads: 1, bindsMemory: binds)
        )
    }

    @Test("Every device but the processor binds, unless it is told otherwise")
    func options() {
        #expect(SessionOptions().bindsMemory == false)
        #expect(SessionOptions(device: .cuda(1)).bindsMemory)
        #expect(SessionOptions(device: .tensorRT(0)).bindsMemory)
        #expect(SessionOptions(device: .cuda(1), bindsMemory: false).bindsMemory == false)
    }

    @Test("A bound run gives what a plain one gives, all kinds of outputs in their order, however often")
    func sameOutputs() throws {
        let sessions = [try session("double.onnx", binds: false), try session("double.onnx", binds: true)]
        for value in [Float(1), 2, 3] {
            let answers = try sessions.map { session in
                var input = [value, 2 * value, -value]
                return try input.withUnsafeMutableBufferPointer { memory throws(InferenceError) in
                    let lent = TensorInput(name: "x", shape: [1, 3], floats: memory)
                    return try session.run(inputs: [lent], outputs: ["n", "y"]) { outputs throws(InferenceError) in
                        let sizes = try outputs.withIntegers("n") { _, values in Array(values) }
                        return try outputs.withFloats("y") { shape, values in
                            ([sizes.map(Float.init), Array(values)], shape)
                        }
                    }
                }
            }
            #expect(answers[0] == answers[1])
            #expect(answers[1].0 == [[1, 3], [2 * value, 4 * value, -2 * value]])
        }
    }

    @Test("A run that fails says so, and the next one is not harmed")
    func failure() throws {
        let session = try session("double.onnx", binds: true)
        var input: [Float] = [1, 2, 3, 4]
        try input.withUnsafeMutableBufferPointer { memory in
            let wrong = TensorInput(name: "x", shape: [1, 4], floats: memory)
            #expect(throws: InferenceError.self) { try session.run(inputs: [wrong], outputs: ["y"]) { _ in } }
            let stranger = TensorInput(name: "z", shape: [1, 4], floats: memory)
            #expect(throws: InferenceError.self) { try session.run(inputs: [stranger], outputs: ["y"]) { _ in } }
            let short = UnsafeMutableBufferPointer(rebasing: memory[..<3])
            let right = TensorInput(name: "x", shape: [1, 3], floats: short)
            #expect(throws: InferenceError.self) { try session.run(inputs: [right], outputs: ["none"]) { _ in } }
            let answer = try session.run(inputs: [right], outputs: ["y"]) { outputs throws(InferenceError) in
                try outputs.withFloats("y") { _, values in Array(values) }
            }
            #expect(answer == [2, 4, 6])
        }
    }

    @Test("A whole pipeline says the same with bound memory", arguments: ParityFixture.slugs)
    func pipeline(slug: String) throws {
        let fixture = try ParityFixture(slug)
        let images = Array(try fixture.pictures().prefix(2))
        let found = try [false, true].map { binds in
            try LoadedPipeline(
                fixture.manifest,
                options: SessionOptions(intraOpThreads: 2, bindsMemory: binds),
                classificationBatchSize: 7,
                runtime: testRuntime()
            ).analyse(images, options: AnalysisOptions(features: true)).insects
        }
        #expect(found[0] == found[1])
    }

    @Test(
        "Memory that nobody has is an error that may be tried again, and not the end",
        arguments: [1 << 45, 1 << 61, .max]
    )
    func noMemory(count: Int) throws {
        for binds in [false, true] {
            let pool = try session("double.onnx", binds: binds).buffers
            let error = #expect(throws: InferenceError.self) { try pool.take(count: count) }
            #expect(error?.code == .outOfMemory && error?.isRetriable == true)
        }
    }

    @Test("Memory from the session's allocator holds what is written, and outlives the session's owner")
    func memory() throws {
        var session: (any InferenceSession)? = try session("double.onnx", binds: true)
        let pool = try #require(session?.buffers)
        let buffer = try pool.take(count: 100_000)
        session = nil
        for index in buffer.floats.indices { buffer.floats[index] = Float(index) }
        #expect(buffer.floats.count == 100_000 && buffer.floats[99_999] == 99_999)
        pool.giveBack(buffer)
        #expect(try pool.take(count: 50_000) === buffer)
    }
}
