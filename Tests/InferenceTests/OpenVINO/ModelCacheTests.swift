import Foundation
import Synchronization
import Telemetry
import Testing

@testable import Inference

@Suite("Compiled models that are kept")
struct ModelCacheTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "model-cache-\(UUID().uuidString)"
        try body(folder)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test(
        "A model that was kept answers as before, and one that cannot be read is made anew",
        .enabled(if: RuntimeUnderTest.present.contains(.openVINO))
    )
    func kept() throws {
        try withFolder { folder in
            var options = RuntimeUnderTest.openVINO.options()
            options.cache = folder
            var answers: [[Float]] = []
            var made: [Date] = []
            for turn in 0..<3 {
                if turn == 2 { try spoil(folder) }
                let session = try RuntimeUnderTest.openVINO.runtime()
                    .makeSession(path: fixturePath("double.onnx"), options: options)
                answers.append(try doubled(session))
                let kept = try files(in: folder)
                #expect(kept.count == 1)
                made.append(try modification(of: "\(folder)/\(kept[0])"))
            }
            // OpenVINO replaces what it cannot use, and says nothing.
            #expect(made[1] == made[0])
            #expect(answers == [[2, 4, 6], [2, 4, 6], [2, 4, 6]])
        }
    }

    @Test("Of two that want a model's place one waits")
    func waits() throws {
        try withFolder { folder in
            let released = Mutex(false)
            let done = DispatchSemaphore(value: 0)
            do {
                let lock = ModelCacheLock(folder: folder, model: "/models/a.onnx")
                Thread.detachNewThread {
                    let second = ModelCacheLock(folder: folder, model: "/other/a.onnx")
                    let isReleased = released.withLock { $0 }
                    #expect(isReleased)
                    withExtendedLifetime(second) {}
                    done.signal()
                }
                // Another model's is free meanwhile.
                withExtendedLifetime(ModelCacheLock(folder: folder, model: "/models/b.onnx")) {}
                released.withLock { $0 = true }
                withExtendedLifetime(lock) {}
            }
            #expect(done.wait(timeout: .now() + .seconds(60)) == .success)
        }
    }

    @Test("A folder that cannot be made keeps nobody from working")
    func noFolder() {
        withExtendedLifetime(ModelCacheLock(folder: "/proc/nowhere", model: "a.onnx")) {}
    }

    private func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".lock") }
    }

    private func modification(of path: String) throws -> Date {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.modificationDate] as? Date)
    }

    private func spoil(_ folder: String) throws {
        for file in try files(in: folder) {
            try Data("nonsense".utf8).write(to: URL(filePath: "\(folder)/\(file)"))
        }
    }

    private func doubled(_ session: any InferenceSession) throws -> [Float] {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { memory.deallocate() }
        _ = memory.initialize(from: [1, 2, 3])
        return try session.run(
            inputs: [TensorInput(name: "x", shape: [1, 3], floats: memory)],
            outputs: ["y"]
        ) { outputs throws(InferenceError) in
            try outputs.withFloats("y") { _, values in Array(values) }
        }
    }
}
