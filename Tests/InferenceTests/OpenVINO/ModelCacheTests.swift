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
            var answers: [[Float]] = []
            var made: [Date] = []
            var origins: [ModelOrigin] = []
            for turn in 0..<3 {
                if turn == 2 { try spoil(folder) }
                let session = try session(keptIn: folder)
                answers.append(try doubled(session))
                origins.append(session.origin)
                let kept = try files(in: folder)
                #expect(kept.count == 1)
                made.append(try modification(of: "\(folder)/\(kept[0])"))
            }
            // OpenVINO replaces what it cannot use.
            #expect(origins == [.compiled(replacing: false), .cache, .compiled(replacing: true)])
            #expect(made[1] == made[0])
            #expect(answers == [[2, 4, 6], [2, 4, 6], [2, 4, 6]])
        }
    }

    @Test(
        "A folder that is of no use keeps nobody from working, and is named with how to fix it",
        .enabled(if: RuntimeUnderTest.present.contains(.openVINO))
    )
    func noFolder() throws {
        try withFolder { file in
            try Data().write(to: URL(filePath: file))
            for (folder, reason) in [
                ("/proc/nowhere", "cannot be made"), (file, "is a file"), ("\(file)/below", "Not a directory"),
            ] {
                try expectWork(with: folder, reason)
            }
        }
    }

    @Test(
        "A model is compiled where nothing can be written, and where what was kept can be neither read nor removed",
        .enabled(if: RuntimeUnderTest.present.contains(.openVINO))
    )
    func nothingWritten() throws {
        try withFolder { folder in
            #expect(try session(keptIn: folder).origin == .compiled(replacing: false))
            let kept = "\(folder)/\(try files(in: folder)[0])"
            try FileManager.default.removeItem(atPath: kept)
            // In the way even of root.
            try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: false)
            try expectWork(with: folder, "wrote nothing into \(folder), where")
            try FileManager.default.removeItem(atPath: kept)
            #expect(try session(keptIn: folder).origin == .compiled(replacing: false))
            #expect(try session(keptIn: folder).origin == .cache)
        }
    }

    @Test(
        "A model is compiled where what was kept cannot be used and others alone may remove it",
        .enabled(if: RuntimeUnderTest.present.contains(.openVINO) && geteuid() != 0)
    )
    func readOnly() throws {
        try withFolder { folder in
            #expect(try session(keptIn: folder).origin == .compiled(replacing: false))
            try spoil(folder)
            #expect(chmod(folder, 0o500) == 0)
            defer { chmod(folder, 0o700) }
            try expectWork(with: folder, "cannot remove")
            #expect(chmod(folder, 0) == 0)
            // OpenVINO would end the process here.
            try expectWork(with: folder, "cannot be read: Permission denied")
        }
    }

    @Test("What a model was made of is told by what has changed in the folder")
    func origins() throws {
        try withFolder { folder in
            #expect(ModelCache.obstacle(in: "\(folder)/made/with/all") == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o700)
            let library = "\(folder)/libopenvino_c.so.2641"
            let empty = ModelCache(folder: folder)
            guard case .notKept = empty.origin(isLoaded: false, library: library) else {
                Issue.record("nothing was written")
                return
            }
            try Data("1".utf8).write(to: URL(filePath: "\(folder)/1.blob"))
            #expect(empty.origin(isLoaded: false, library: library) == .compiled(replacing: false))
            #expect(empty.origin(isLoaded: true, library: library) == .cache)
            let later = ModelCache(folder: folder)
            try FileManager.default.removeItem(atPath: "\(folder)/1.blob")
            try Data("22".utf8).write(to: URL(filePath: "\(folder)/1.blob"))
            guard case .notKept(let reason, let remedy) = later.origin(isLoaded: false, library: library) else {
                Issue.record("it could not be read")
                return
            }
            #expect(reason.hasSuffix("there is no libopenvino_ir_frontend.so in \(folder)"))
            #expect(remedy.contains("same release"))
            try Data().write(to: URL(filePath: "\(folder)/libopenvino_ir_frontend.so.2641"))
            #expect(later.origin(isLoaded: false, library: library) == .compiled(replacing: true))
        }
    }

    @Test("Of two that want a model's place one waits")
    func waits() throws {
        try withFolder { folder in
            #expect(ModelCache.obstacle(in: folder) == nil)
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
                // Another model's is free meanwhile, and nobody waits for ever.
                withExtendedLifetime(ModelCacheLock(folder: folder, model: "/models/b.onnx")) {}
                withExtendedLifetime(ModelCacheLock(folder: folder, model: "/models/a.onnx", patience: .zero)) {}
                released.withLock { $0 = true }
                withExtendedLifetime(lock) {}
            }
            #expect(done.wait(timeout: .now() + .seconds(60)) == .success)
        }
    }

    @Test("Without a lock to be had nobody waits")
    func noLock() {
        withExtendedLifetime(ModelCacheLock(folder: "/proc/nowhere", model: "a.onnx")) {}
    }

    private func expectWork(with folder: String, _ reason: String) throws {
        let session = try session(keptIn: folder)
        #expect(try doubled(session) == [2, 4, 6])
        guard case .notKept(let why, let remedy) = session.origin else {
            Issue.record("\(session.origin) with \(folder)")
            return
        }
        #expect(why.contains(folder) && why.contains(reason), "\(why)")
        #expect(remedy.contains("--model-cache"))
    }

    private func session(keptIn folder: String) throws -> any InferenceSession {
        var options = RuntimeUnderTest.openVINO.options()
        options.cache = folder
        return try RuntimeUnderTest.openVINO.runtime().makeSession(path: fixturePath("double.onnx"), options: options)
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
            // What OpenVINO writes nobody may write to, its owner included.
            try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
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
