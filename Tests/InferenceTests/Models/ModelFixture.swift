import Imaging
import Inference

/// A detector that answers with what is drawn into the image: see `scripted_detector` in tools/make_test_models.py.
struct ScriptedDetector {
    /// x1, y1, x2, y2 in pixels of the detector's input, and a score.
    typealias Row = (Int, Int, Int, Int, score: Int)

    let detector: ObjectDetector

    init(maximumDetections: Int = 500, imagesPerRun: Int = .max) throws {
        detector = ObjectDetector(
            PipelineManifest.Detector(
                algorithm: testAlgorithm("scripted_detector.onnx"),
                input: LocalizationRule(
                    shorterSide: 32,
                    longerSideMaximum: 64,
                    antialias: false,
                    // Floats that equal the bytes.
                    normalization: Normalization(mean: .zero, standardDeviation: SIMD3(repeating: 1 / 255)),
                    padMultiple: 48
                ),
                scoreThreshold: 1,
                maximumDetections: maximumDetections
            ),
            session: try testSession("scripted_detector.onnx"),
            imagesPerRun: imagesPerRun
        )
    }

    /// An image of four times the input's area that scripts up to four boxes; the rest score 0.
    func image(_ rows: [Row]) throws -> PixelBuffer {
        let numbers = rows.flatMap { [$0.0, $0.1, $0.2, $0.3, $0.score] } + Array(repeating: 0, count: 20)
        return try InferenceTests.image(height: 64, width: 128) { row, column in
            (row < 2 && column < 40 ? UInt8(numbers[column / 2]) : 0, 0, 0)
        }
    }

    func detect(_ images: [PixelBuffer]) throws -> [[Detection]] {
        let size = detector.manifest.input.size(height: 64, width: 128)
        let batch = try detector.makeBatch(size: size, count: images.count)
        for (slot, image) in images.enumerated() { try batch.fill(slot: slot, with: image) }
        return try detector.detect(batch)
    }
}

/// A classifier whose logits are the means of red, green and blue, 0 to 1, over 8×8.
func colourClassifier(isTerminal: Bool = true) throws -> CropClassifier {
    let manifest = PipelineManifest.Classifier(
        algorithm: testAlgorithm("mean_colour.onnx"),
        input: PipelineManifest.CropRule(size: PixelSize(height: 8, width: 8), antialias: true, normalization: .unit),
        labels: ["red", "green", "blue"],
        taxonRank: nil,
        passingLabels: []
    )
    return CropClassifier(manifest, isTerminal: isTerminal, session: try testSession("mean_colour.onnx"))
}

/// The same with features: the pixel in the upper left corner, and one by the mean of red, which is not finite without any red.
func featureClassifier(count: Int? = 4) throws -> CropClassifier {
    CropClassifier(featureManifest(count: count), isTerminal: true, session: try testSession("features.onnx"))
}

func featureManifest(_ file: String = "features.onnx", count: Int?) -> PipelineManifest.Classifier {
    PipelineManifest.Classifier(
        algorithm: testAlgorithm(file),
        input: PipelineManifest.CropRule(size: PixelSize(height: 8, width: 8), antialias: true, normalization: .unit),
        labels: ["red", "green", "blue"],
        featureCount: count
    )
}

func testAlgorithm(_ file: String) -> PipelineManifest.Algorithm {
    PipelineManifest.Algorithm(
        name: file,
        key: file,
        version: 1,
        versionName: nil,
        description: nil,
        uri: nil,
        file: fixturePath(file)
    )
}
