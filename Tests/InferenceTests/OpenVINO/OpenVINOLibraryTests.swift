import Foundation
import Telemetry
import Testing

@testable import Inference

@Suite("Where OpenVINO is looked for")
struct OpenVINOLibraryTests {
    @Test("A path by setting that leads nowhere is an error that says how to fix it, and nothing else is tried")
    func settingLeadsNowhere() {
        let error = #expect(throws: InferenceError.self) {
            try OpenVINOLibrary.open(
                environment: ["OPENVINO_DYLIB_PATH": "/nowhere/libopenvino_c.so"],
                searchRoots: ["/"]
            )
        }
        #expect(error?.code == .libraryNotFound)
        #expect(error?.message.contains("/nowhere/libopenvino_c.so") == true)
        #expect(error?.message.contains("scripts/setup --openvino") == true)
    }

    @Test("A library that is something else is named as that")
    func otherLibrary() {
        let error = #expect(throws: InferenceError.self) {
            try OpenVINOLibrary.open(environment: ["OPENVINO_DYLIB_PATH": "libc.so.6"], searchRoots: [])
        }
        #expect(error?.code == .libraryUnusable)
        #expect(error?.message.contains("ov_get_last_err_msg") == true)
    }

    @Test(
        "Files under .deps are found in every layout",
        arguments: ["openvino/libs", "venv/lib/python3.11/site-packages/openvino/libs", "bundle/openvino/libs"]
    )
    func layouts(layout: String) throws {
        let root = NSTemporaryDirectory() + "openvino-\(UUID().uuidString)"
        let folder = "\(root)/.deps/\(layout)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: root) } }
        let path = "\(folder)/libopenvino_c.so.2641"
        try Data().write(to: URL(filePath: path))
        #expect(OpenVINOLibrary.candidates(under: root) == [path])
    }
}
