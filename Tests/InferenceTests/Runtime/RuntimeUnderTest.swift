import Foundation
import Inference
import Telemetry
import Testing

/// A runtime for the suites that all have to pass.
enum RuntimeUnderTest: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case onnxRuntime
    case openVINO

    /// Those whose library is there; ONNX Runtime has to be.
    static let present = allCases.filter {
        $0 == .onnxRuntime || (try? OpenVINORuntime.load(environment: environment)) != nil
    }

    private static let environment = ProcessInfo.processInfo.environment

    var name: String {
        switch self {
        case .onnxRuntime: "ONNX Runtime"
        case .openVINO: "OpenVINO"
        }
    }

    var testDescription: String { name }

    func runtime() throws(InferenceError) -> any InferenceRuntime {
        switch self {
        case .onnxRuntime: try testRuntime()
        case .openVINO: try OpenVINORuntime.load(environment: Self.environment)
        }
    }

    func options(threads: Int = 1) -> SessionOptions {
        SessionOptions(device: self == .onnxRuntime ? .cpu : .openVINO, intraOpThreads: threads)
    }

    /// A small model of `Fixtures`, loaded.
    func session(_ fixture: String) throws(InferenceError) -> any InferenceSession {
        try runtime().makeSession(path: fixturePath(fixture), options: options())
    }
}
