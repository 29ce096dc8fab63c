import Foundation
import Inference
import Logging

/// ONNX Runtime for the tests; they fail, and do not skip, where it is not installed.
func testRuntime() throws(InferenceError) -> OrtRuntime {
    try OrtRuntime.load(
        environment: ProcessInfo.processInfo.environment,
        logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
    )
}

/// The path of a file in `Fixtures`.
func fixturePath(_ name: String) -> String {
    Bundle.module.bundlePath + "/Fixtures/" + name
}

/// A small model of `Fixtures`, loaded.
func testSession(_ name: String) throws(InferenceError) -> any InferenceSession {
    try testRuntime().makeSession(path: fixturePath(name), options: SessionOptions(intraOpThreads: 1))
}
