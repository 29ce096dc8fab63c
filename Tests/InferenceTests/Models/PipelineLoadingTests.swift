import Imaging
import Inference
import Telemetry
import Testing

@Suite("Models must suit their roles")
struct PipelineLoadingTests {
    private func load(_ manifest: PipelineManifest, device: Device = .cpu) throws -> LoadedPipeline {
        try LoadedPipeline(
            manifest,
            options: SessionOptions(device: device, intraOpThreads: 1),
            classificationBatchSize: 4,
            runtime: testRuntime()
        )
    }

    private func manifest(detector: String, classifier: String, labels: [String], side: Int = 8) throws
        -> PipelineManifest
    {
        let scripted = try ScriptedDetector().detector.manifest
        return PipelineManifest(
            slug: "test",
            name: "Test",
            directory: "/test",
            detector: PipelineManifest.Detector(
                algorithm: testAlgorithm(detector),
                input: scripted.input,
                scoreThreshold: 0.5,
                maximumDetections: 10
            ),
            classifiers: [
                PipelineManifest.Classifier(
                    algorithm: testAlgorithm(classifier),
                    input: PipelineManifest.CropRule(
                        size: PixelSize(height: side, width: side),
                        antialias: true,
                        normalization: .unit
                    ),
                    labels: labels
                )
            ]
        )
    }

    @Test("Models that suit load and have run once")
    func loads() throws {
        let pipeline = try load(
            manifest(detector: "scripted_detector.onnx", classifier: "mean_colour.onnx", labels: ["r", "g", "b"])
        )
        #expect(pipeline.device == .cpu)
    }

    @Test("Every model that does not suit is named, with what it lacks, at once")
    func namesAll() throws {
        let manifest = try manifest(detector: "double.onnx", classifier: "fails_at_run.onnx", labels: ["r"])
        let error = #expect(throws: ManifestError.self) { try load(manifest) }
        let text = error?.description ?? ""
        for part in [
            "double.onnx lacks the input images", "has an input x float32 [?,3]", "lacks the output boxes",
            "lacks the output scores", "lacks the output image_index", "fails_at_run.onnx lacks the input crops",
            "lacks the output logits",
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }

    @Test("Labels that do not match the model's outputs are a mistake")
    func labels() throws {
        let manifest = try manifest(
            detector: "scripted_detector.onnx",
            classifier: "mean_colour.onnx",
            labels: ["r", "g"]
        )
        let error = #expect(throws: ManifestError.self) { try load(manifest) }
        #expect(error?.mistakes.count == 1)
        #expect(error?.mistakes.first?.contains("logits float32 [?,3] instead of logits float32 [?,2]") == true)
    }

    @Test("A crop size that is not the model's is a mistake")
    func cropSize() throws {
        let manifest = try manifest(
            detector: "scripted_detector.onnx",
            classifier: "mean_colour.onnx",
            labels: ["r", "g", "b"],
            side: 16
        )
        let error = #expect(throws: ManifestError.self) { try load(manifest) }
        #expect(error?.mistakes.first?.contains("crops float32 [?,3,8,8]") == true)
    }

    @Test("A device that is not there is one error, not one for each model")
    func device() throws {
        let manifest = try manifest(
            detector: "scripted_detector.onnx",
            classifier: "mean_colour.onnx",
            labels: ["r", "g", "b"]
        )
        let error = #expect(throws: InferenceError.self) { try load(manifest, device: .tensorRT(42)) }
        #expect(error?.code == .deviceUnavailable)
    }
}
