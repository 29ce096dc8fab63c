import Inference
import Synchronization
import Telemetry
import Testing

@Suite("How the models of a pipeline are loaded")
struct ModelPrecisionTests {
    /// Notes what is loaded, and loads nothing.
    private final class RecordingRuntime: InferenceRuntime {
        let name = "Recording"
        let version = "1"
        let libraryPath = "none"
        let opensSideBySide = true
        private let calls = Mutex<[String: Precision]>([:])

        var loaded: [String: Precision] { calls.withLock { $0 } }

        func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
            calls.withLock { $0[path.split(separator: "/").last.map(String.init) ?? path] = options.precision }
            throw InferenceError(
                .invalidModel,
                operation: OperationName("model.load", path),
                message: "nothing is loaded here"
            )
        }

        func checkAvailability(of options: SessionOptions) throws(InferenceError) {}
    }

    @Test(
        "Mixed precision is full in the detector and half in what names insects",
        arguments: [
            (Precision.full, Precision.full, Precision.full), (.half, .half, .half), (.mixed, .full, .half),
        ]
    )
    func mixed(precision: Precision, detector: Precision, others: Precision) throws {
        let runtime = RecordingRuntime()
        let manifest = try ParityFixture("tiny_pyramid").manifest
        #expect(throws: ManifestError.self) {
            try LoadedPipeline(
                manifest,
                options: SessionOptions(device: .openVINO, precision: precision),
                classificationBatchSize: 4,
                runtime: runtime
            )
        }
        #expect(
            runtime.loaded == [
                "tiny_pyramid_detector.onnx": detector, "tiny_filter.onnx": others, "tiny_trunk.onnx": others,
            ]
        )
    }
}
