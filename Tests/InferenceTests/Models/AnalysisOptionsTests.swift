import Imaging
import Telemetry
import Testing

@testable import Inference

@Suite("What is asked of an image is asked of it alone")
struct AnalysisOptionsTests {
    private let asked = [
        AnalysisOptions(), AnalysisOptions(detectionThreshold: 6), AnalysisOptions(maximumDetections: 1),
        AnalysisOptions(detectionThreshold: 0, maximumDetections: 3), AnalysisOptions(detectionThreshold: 200),
    ]

    @Test("Images of one batch have thresholds and maxima of their own", arguments: [1, 2, 5])
    func detector(imagesPerRun: Int) throws {
        let scripted = try ScriptedDetector(maximumDetections: 2, imagesPerRun: imagesPerRun)
        let image = try scripted.image([
            (1, 1, 5, 5, score: 1), (2, 2, 6, 6, score: 4), (3, 3, 7, 7, score: 3), (4, 4, 9, 9, score: 8),
        ])
        let expected: [[Float]] = [[8, 4], [8], [8], [8, 4, 3], []]
        for shift in asked.indices {
            let order = asked.indices.map { ($0 + shift) % asked.count }
            let batch = try scripted.detector.makeBatch(
                size: scripted.detector.manifest.input.size(height: 64, width: 128),
                count: order.count
            )
            for slot in order.indices { try batch.fill(slot: slot, with: image) }
            let found = try scripted.detector.detect(batch, options: order.map { asked[$0] })
            #expect(found.map { $0.map(\.score) } == order.map { expected[$0] })
        }
    }

    @Test("Boxes are classified where that is wanted; the threshold is for the classifier, not for the filter")
    func classification() throws {
        let pipeline = try pipeline()
        // Red gets through the filter, and its share of the scores is e / (e + 2) = 0.576; green is turned away.
        let picture = try image(height: 40, width: 60) { _, column in column < 30 ? (255, 0, 0) : (0, 255, 0) }
        let boxes = [Box(x1: 0, y1: 0, x2: 20, y2: 20), Box(x1: 40, y1: 0, x2: 60, y2: 20)]
        let named: [(AnalysisOptions, [[String]])] = [
            (AnalysisOptions(), [["r", "red"], ["g"]]),
            (AnalysisOptions(isClassified: false), [[], []]),
            (AnalysisOptions(classificationThreshold: 0.57), [["r", "red"], ["g"]]),
            (AnalysisOptions(classificationThreshold: 0.58), [["r"], ["g"]]),
            (AnalysisOptions(classificationThreshold: 1), [["r"], ["g"]]),
            (AnalysisOptions(isClassified: false, classificationThreshold: 1), [[], []]),
        ]
        let images = named.map { BoxedImage(image: picture, boxes: boxes, options: $0.0) }
        let insects = try pipeline.classify(images).insects
        #expect(insects.map { $0.map { $0.classifications.map(\.label) } } == named.map(\.1))
        #expect(insects.allSatisfy { $0.map(\.box) == boxes })
        // Whoever asks for nothing has the same words, bit for bit, as in a batch of their own.
        #expect(try pipeline.classify([images[0]]).insects[0] == insects[0])
    }

    private func pipeline() throws -> LoadedPipeline {
        let input = PipelineManifest.CropRule(
            size: PixelSize(height: 8, width: 8),
            antialias: true,
            normalization: .unit
        )
        let algorithm = testAlgorithm("mean_colour.onnx")
        let manifest = PipelineManifest(
            slug: "test",
            name: "Test",
            directory: "/test",
            detector: try ScriptedDetector().detector.manifest,
            binaryFilter: PipelineManifest.Classifier(
                algorithm: algorithm,
                input: input,
                labels: ["r", "g", "b"],
                passingLabels: [0]
            ),
            classifiers: [
                PipelineManifest.Classifier(
                    algorithm: algorithm,
                    input: input,
                    labels: ["red", "green", "blue"]
                )
            ]
        )
        return try LoadedPipeline(
            manifest,
            options: SessionOptions(intraOpThreads: 1),
            classificationBatchSize: 4,
            runtime: testRuntime()
        )
    }
}
