import Foundation
import Telemetry
import Testing

@testable import Inference

@Suite("Where ONNX Runtime is looked for")
struct OrtLibraryTests {
    @Test("A path by setting that leads nowhere is an error that says so, and nothing else is tried")
    func settingLeadsNowhere() {
        let error = #expect(throws: InferenceError.self) {
            try OrtLibrary.open(environment: ["ORT_DYLIB_PATH": "/nowhere/libonnxruntime.so"], searchRoots: ["/"])
        }
        #expect(error?.code == .libraryNotFound)
        #expect(error?.message.contains("/nowhere/libonnxruntime.so") == true)
        #expect(error?.message.contains("To fix it") == true)
    }

    @Test("A library that is something else is named as that")
    func otherLibrary() {
        let error = #expect(throws: InferenceError.self) {
            try OrtLibrary.open(environment: ["ORT_DYLIB_PATH": "libc.so.6"], searchRoots: [])
        }
        #expect(error?.message.contains("OrtGetApiBase") == true)
    }

    @Test(
        "Files under .deps are found in every layout, and a broken one is reported",
        arguments: [
            "onnxruntime/lib", "onnxruntime-linux-x64-1.17.3/lib64",
            "venv/lib/python3.11/site-packages/onnxruntime/capi",
            "lib/python3.12/site-packages/onnxruntime/capi", "site/onnxruntime/capi", "onnxruntime/capi",
        ]
    )
    func layouts(folder: String) throws {
        let root = NSTemporaryDirectory() + "deps-\(UUID().uuidString)"
        let library = "\(root)/.deps/\(folder)/libonnxruntime.so.1.99.0"
        try FileManager.default.createDirectory(
            atPath: "\(root)/.deps/\(folder)",
            withIntermediateDirectories: true
        )
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: root) } }
        try Data("not a library".utf8).write(to: URL(filePath: library))
        #expect(OrtLibrary.candidates(under: root) == [library])
    }
}
