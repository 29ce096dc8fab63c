import Imaging
import Testing

@testable import Inference

/// Each step from pixels to labels against PyTorch and torchvision, on tiny models of the published architectures.
@Suite("Parity with PyTorch", .serialized)
struct ParityTests {
    /// What the values of a model's input may differ by: Pillow's pixels, and rounding of another order of sums.
    private static let inputTolerance: Float = 2e-5
    /// What the fixtures' README promises of the graphs themselves.
    private static let scoreTolerance: Float = 1e-4
    private static let logitTolerance: Float = 1e-3
    private static let featureTolerance: Float = 1e-4

    @Test("The detector's input is torchvision's, padding included", arguments: ParityFixture.slugs)
    func detectorInput(slug: String) throws {
        let fixture = try ParityFixture(slug)
        let detector = try fixture.load().detector
        for (picture, expected) in zip(try fixture.pictures(), fixture.expectation.images) {
            #expect([picture.height, picture.width] == [expected.height, expected.width])
            let size = detector.manifest.input.size(height: picture.height, width: picture.width)
            #expect([size.image.height, size.image.width] == expected.resized)
            #expect([size.padded.height, size.padded.width] == expected.padded)
            let batch = try detector.makeBatch(size: size, count: 1)
            try batch.fill(slot: 0, with: picture)
            try batch.withFloats(of: 0..<1) { floats throws(InferenceError) in
                let values = stride(from: 0, to: floats.count, by: fixture.expectation.inputStep).map { floats[$0] }
                let difference = largestDifference(values, expected.input)
                #expect(difference < Self.inputTolerance, "\(expected.image)")
            }
        }
    }

    @Test("A classifier's input is torchvision's", arguments: ParityFixture.slugs)
    func crops(slug: String) throws {
        let fixture = try ParityFixture(slug)
        for classifier in [fixture.manifest.binaryFilter].compactMap(\.self) + fixture.manifest.classifiers {
            for (picture, expected) in zip(try fixture.pictures(), fixture.expectation.images) {
                let corners = try #require(expected.found.first).box
                let box = Box(x1: corners[0], y1: corners[1], x2: corners[2], y2: corners[3])
                var values = [Float](repeating: .nan, count: PlanarSlot.elementCount(classifier.input.size))
                try values.withUnsafeMutableBufferPointer { memory throws(ImagingError) in
                    try Resampler.resample(
                        picture,
                        crop: box.rect,
                        to: classifier.input.size,
                        filter: .antialiasedBilinear,
                        normalization: classifier.input.normalization,
                        into: PlanarSlot(memory, size: classifier.input.size)
                    )
                }
                let sample = stride(from: 0, to: values.count, by: fixture.expectation.cropStep).map { values[$0] }
                let wanted = try #require(expected.firstCrops[classifier.algorithm.key])
                let difference = largestDifference(sample, wanted)
                #expect(difference < Self.inputTolerance, "\(classifier.algorithm.key), \(expected.image)")
            }
        }
    }

    @Test(
        "Below the threshold the detector finds what torchvision's does, too",
        arguments: ParityFixture.slugs,
        RuntimeUnderTest.present
    )
    func candidates(slug: String, kind: RuntimeUnderTest) throws {
        let fixture = try ParityFixture(slug)
        let low = PipelineManifest.Detector(
            algorithm: fixture.manifest.detector.algorithm,
            input: fixture.manifest.detector.input,
            scoreThreshold: 0,
            maximumDetections: 500
        )
        let detector = ObjectDetector(low, session: try session(kind, low.algorithm))
        for (picture, expected) in zip(try fixture.pictures(), fixture.expectation.images) {
            let size = low.input.size(height: picture.height, width: picture.width)
            let scale = BoxScale(height: picture.height, width: picture.width, size: size)
            let wanted = zip(expected.candidates.boxes, expected.candidates.scores).compactMap { corners, score in
                scale.box(SIMD4(corners)).map { Detection(box: $0, score: score) }
            }
            let batch = try detector.makeBatch(size: size, count: 1)
            try batch.fill(slot: 0, with: picture)
            let found = try detector.detect(batch)[0]
            #expect(found.count == wanted.count, "\(expected.image)")
            for (found, wanted) in zip(found, wanted) {
                #expect(apart(found.box, wanted.box) <= 1, "\(expected.image)")
                #expect(abs(found.score - wanted.score) < Self.scoreTolerance, "\(expected.image)")
            }
        }
    }

    @Test(
        "Boxes, scores, labels, logits and features are the original's",
        arguments: ParityFixture.slugs,
        RuntimeUnderTest.present
    )
    func analysis(slug: String, kind: RuntimeUnderTest) throws {
        let fixture = try ParityFixture(slug)
        let pipeline = try fixture.load(on: kind)
        for (picture, expected) in zip(try fixture.pictures(), fixture.expectation.images) {
            let found = try pipeline.analyse([picture], options: AnalysisOptions(features: true)).insects[0]
            #expect(found.count == expected.found.count, "\(expected.image)")
            for (insect, wanted) in zip(found, expected.found) {
                let corners = Box(x1: wanted.box[0], y1: wanted.box[1], x2: wanted.box[2], y2: wanted.box[3])
                #expect(apart(insect.box, corners) <= 1, "\(expected.image)")
                #expect(abs(insect.detection.score - wanted.score) < Self.scoreTolerance, "\(expected.image)")
                let place = "\(expected.image), \(wanted.box)"
                let asked = wanted.classifications.map(\.algorithm)
                #expect(insect.classifications.map(\.algorithm.key) == asked, "\(place)")
                for (given, word) in zip(insect.classifications, wanted.classifications) {
                    #expect(given.label == word.label, "\(place)")
                    // A box that is a pixel off is another crop.
                    guard insect.box == corners else { continue }
                    #expect(largestDifference(given.logits, word.logits) < Self.logitTolerance, "\(place)")
                    #expect(largestDifference(given.scores, word.scores) < Self.scoreTolerance, "\(place)")
                    let features = largestDifference(given.features, word.features ?? [])
                    #expect(features < Self.featureTolerance, "\(place)")
                }
            }
        }
    }

    private func session(
        _ kind: RuntimeUnderTest,
        _ algorithm: PipelineManifest.Algorithm
    ) throws -> any InferenceSession {
        try kind.runtime().makeSession(path: algorithm.file, options: kind.options(threads: 2))
    }
}

/// Largest distance of two boxes' edges, in pixels.
private func apart(_ left: Box, _ right: Box) -> Int {
    [left.x1 - right.x1, left.y1 - right.y1, left.x2 - right.x2, left.y2 - right.y2].map(abs).max() ?? 0
}
