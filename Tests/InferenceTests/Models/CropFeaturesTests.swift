import Imaging
import Telemetry
import Testing

@testable import Inference

@Suite("Features of crops")
struct CropFeaturesTests {
    /// Crops of one colour each; the features of a graph that is asked for them are the colour and 1 / red.
    private func crops(_ reds: [UInt8], wanting: (Int) -> Bool) throws -> [Crop] {
        try reds.enumerated().map { index, red in
            let picture = try image(height: 16, width: 16) { _, _ in (red, 51, 0) }
            return Crop(image: picture, box: Box(x1: 0, y1: 0, x2: 16, y2: 16), wantsFeatures: wanting(index))
        }
    }

    @Test("Who asks gets its own, who does not gets none, in every batch size", arguments: [1, 2, 3, 7, 100])
    func rows(batchSize: Int) throws {
        let reds: [UInt8] = [255, 51, 102, 204, 153, 255, 51]
        let crops = try crops(reds) { $0.isMultiple(of: 3) }
        let answers = try featureClassifier().classify(crops, batchSize: batchSize)
        for (index, answer) in answers.enumerated() {
            let red = Float(reds[index]) / 255
            let wanted: [Float] = index.isMultiple(of: 3) ? [red, 0.2, 0, 1 / red] : []
            #expect(largestDifference(answer.features, wanted) < 1e-5, "\(index)")
        }
    }

    @Test("What else is said does not depend on who asks")
    func others() throws {
        let reds: [UInt8] = [255, 51, 102]
        let plain = try colourClassifier().classify(crops(reds) { _ in false }, batchSize: 2)
        for asking in [[], [0], [1, 2], [0, 1, 2]] {
            let answers = try featureClassifier().classify(crops(reds) { asking.contains($0) }, batchSize: 2)
            #expect(answers.map(\.logits) == plain.map(\.logits) && answers.map(\.scores) == plain.map(\.scores))
        }
    }

    @Test("A classifier without features gives none, whoever asks")
    func without() throws {
        let crops = try crops([255, 0]) { _ in true }
        #expect(try featureClassifier(count: nil).classify(crops, batchSize: 2).flatMap(\.features) == [])
        #expect(try colourClassifier().classify(crops, batchSize: 2).flatMap(\.features) == [])
    }

    @Test("A feature that is not finite concerns who asked for it, and nobody beside it")
    func notFinite() throws {
        let classifier = try featureClassifier()
        // Without red the fourth is infinite.
        let beside = try crops([255, 0, 51]) { $0 != 1 }
        #expect(try classifier.classify(beside, batchSize: 3).map(\.features.count) == [4, 0, 4])
        let error = #expect(throws: InferenceError.self) {
            try classifier.classify(crops([255, 0, 51]) { _ in true }, batchSize: 3)
        }
        #expect(error?.code == .contractViolated)
        #expect(error?.message == "features has a number that is not finite")
    }

    @Test("An answer of another width than the manifest's is an error")
    func width() throws {
        let error = #expect(throws: InferenceError.self) {
            try featureClassifier(count: 5).classify(crops([255]) { _ in true }, batchSize: 1)
        }
        #expect(error?.code == .contractViolated && error?.message == "features is 1×4, not 1×5")
    }

    // MARK: Loading

    private func load(_ file: String, features: Int?) throws -> LoadedPipeline {
        let scripted = try ScriptedDetector().detector.manifest
        return try LoadedPipeline(
            PipelineManifest(
                slug: "test",
                name: "Test",
                directory: "/test",
                detector: scripted,
                classifiers: [featureManifest(file, count: features)]
            ),
            options: SessionOptions(intraOpThreads: 1),
            classificationBatchSize: 4,
            runtime: testRuntime()
        )
    }

    @Test(
        "A graph whose features are not the manifest's is refused at its load, in a sentence",
        arguments: [
            ("mean_colour.onnx", 4, "lacks the output features float32 [?,4]"),
            ("features.onnx", 2_048, "has the output features float32 [?,4] instead of features float32 [?,2048]"),
            ("features_whole.onnx", 3, "has the output features int64 [?,3] instead of features float32 [?,3]"),
            ("features_map.onnx", 3, "has the output features float32 [?,3,8,8] instead of features float32 [?,3]"),
        ]
    )
    func refused(file: String, count: Int, sentence: String) throws {
        let error = #expect(throws: ManifestError.self) { try load(file, features: count) }
        #expect(error?.mistakes.count == 1)
        #expect(error?.mistakes.first?.hasSuffix(sentence) == true, "\(error?.mistakes ?? [])")
    }

    @Test("A graph that leaves their number open is tried, also one that another pipeline has run already")
    func open() throws {
        _ = try load("features_free.onnx", features: 4)
        let error = #expect(throws: InferenceError.self) { try load("features_free.onnx", features: 5) }
        #expect(error?.code == .contractViolated && error?.message == "features is 1×4, not 1×5")
        let sessions = SharedSessions()
        for (count, fails) in [(nil, false), (5, true)] as [(Int?, Bool)] {
            let load = {
                _ = try LoadedPipeline(
                    PipelineManifest(
                        slug: "test",
                        name: "Test",
                        directory: "/test",
                        detector: try ScriptedDetector().detector.manifest,
                        classifiers: [featureManifest("features_free.onnx", count: count)]
                    ),
                    options: SessionOptions(intraOpThreads: 1),
                    classificationBatchSize: 4,
                    sessions: sessions,
                    runtime: testRuntime()
                )
            }
            if fails { #expect(throws: InferenceError.self, performing: load) } else { try load() }
        }
    }

    // MARK: Pipelines

    @Test("In a batch only the images that ask have features, and only of what has the last word")
    func pipeline() throws {
        let fixture = try ParityFixture("tiny_pyramid")
        let pipeline = try fixture.load(classificationBatchSize: 7)
        let images = Array(try fixture.pictures().prefix(2))
        let plain = try pipeline.analyse(images).insects
        #expect(plain.joined().flatMap(\.classifications).flatMap(\.features) == [])
        let size = pipeline.localizationSize(height: images[0].height, width: images[0].width)
        let batch = try pipeline.detector.makeBatch(size: size, count: 2)
        for (slot, image) in images.enumerated() { try batch.fill(slot: slot, with: image) }
        let mixed = try pipeline.analyse(batch, options: [AnalysisOptions(), AnalysisOptions(features: true)]).insects
        #expect(mixed[0] == plain[0])
        let words = mixed[1].flatMap(\.classifications)
        #expect(words.contains { $0.isTerminal } && words.contains { !$0.isTerminal })
        #expect(words.allSatisfy { $0.features.count == ($0.isTerminal ? 40 : 0) })
        #expect(words.map(\.logits) == plain[1].flatMap(\.classifications).map(\.logits))
        let boxed = mixed.enumerated().map { number, insects in
            BoxedImage(
                image: images[number],
                boxes: insects.map(\.box),
                options: AnalysisOptions(features: number == 1)
            )
        }
        let named = try pipeline.classify(boxed).insects
        #expect(named.map { $0.map(\.classifications) } == mixed.map { $0.map(\.classifications) })
    }
}
