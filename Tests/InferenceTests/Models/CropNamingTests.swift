import Imaging
import Telemetry
import Testing

@testable import Inference

@Suite("A filter and several classifiers")
struct CropNamingTests {
    private static let half = Normalization(mean: SIMD3(repeating: 0.5), standardDeviation: SIMD3(repeating: 0.5))

    private func classifier(
        _ labels: String,
        file: String = "mean_colour.onnx",
        size: PixelSize = PixelSize(height: 8, width: 8),
        _ normalization: Normalization = .unit,
        passing: Set<Int>? = nil
    ) throws -> CropClassifier {
        CropClassifier(
            PipelineManifest.Classifier(
                algorithm: testAlgorithm(file),
                input: PipelineManifest.CropRule(size: size, antialias: true, normalization: normalization),
                labels: labels.map { "\($0)" },
                passingLabels: passing ?? []
            ),
            isTerminal: passing == nil,
            session: try testSession(file)
        )
    }

    /// One of the filter's input, one of its size, and one of another.
    private func classifiers() throws -> [CropClassifier] {
        [
            try classifier("abc"), try classifier("def", Self.half),
            try classifier("ghi", file: "mean_colour_wide.onnx", size: PixelSize(height: 4, width: 6)),
        ]
    }

    /// Twenty crops of which the filter lets pass those that are rather red than green.
    private func subjects(_ options: (Int) -> AnalysisOptions = { _ in AnalysisOptions() }) throws -> [CropNaming
        .Subject]
    {
        let picture = try image(height: 40, width: 100) { row, column in
            (UInt8(column * 2), UInt8(row * 6 % 256), UInt8((row + column) % 256))
        }
        return (0..<20).map { index in
            let box = Box(x1: 5 * index, y1: index, x2: 5 * index + 5, y2: index + 20)
            let image = WholeImage(image: picture, options: options(index))
            return CropNaming.Subject(Detection(box: box, score: 1), in: image)
        }
    }

    private func name(
        _ subjects: [CropNaming.Subject],
        _ filter: CropClassifier?,
        _ classifiers: [CropClassifier],
        batchSize: Int = 7
    ) throws -> [[Classification]] {
        var runtime = Duration.zero
        let naming = CropNaming(filter: filter, classifiers: classifiers, batchSize: batchSize)
        return try naming.name(subjects, runtime: &runtime)
    }

    @Test("Each has its word, in their order, and says what it says alone", arguments: [1, 3, 7, 20, 100])
    func words(batchSize: Int) throws {
        let (subjects, filter) = (try subjects(), try classifier("rgb", passing: [0]))
        let crops = subjects.map(\.crop)
        let filtered = try filter.classify(crops, batchSize: 1)
        let passing = filtered.indices.filter { filtered[$0].label == "r" }
        try #require(passing.count > 5 && passing.count < 15)
        let all = try classifiers()
        let found = try name(subjects, filter, all, batchSize: batchSize)
        #expect(found.map(\.first) == filtered)
        #expect(found.indices.filter { found[$0].count > 1 } == passing)
        for (place, classifier) in all.enumerated() {
            let alone = try classifier.classify(passing.map { crops[$0] }, batchSize: 1)
            #expect(passing.map { found[$0][place + 1] } == alone)
            #expect(alone.allSatisfy { $0.isTerminal })
        }
        // A pipeline with the first of them alone says the same of it.
        let first = try name(subjects, filter, [all[0]], batchSize: batchSize)
        #expect(first == found.map { Array($0.prefix(2)) })
    }

    @Test("Without a filter all are asked about all, without classifiers nobody is, without crops nothing happens")
    func parts() throws {
        let subjects = try subjects()
        let all = try classifiers()
        #expect(
            try name(subjects, nil, all).map { $0.map(\.algorithm) }
                == subjects.map { _ in all.map(\.manifest.algorithm) }
        )
        #expect(try name(subjects, nil, []).map(\.count) == subjects.map { _ in 0 })
        #expect(try name(subjects, classifier("rgb", passing: []), all).map(\.count) == subjects.map { _ in 1 })
        #expect(try name([], classifier("rgb", passing: [0]), all) == [])
    }

    @Test("Each word counts above the threshold of its crop, whatever the others say")
    func thresholds() throws {
        let all = try classifiers()
        let plain = try name(subjects(), nil, all)
        let scores = plain.joined().map(\.score).sorted()
        let threshold = scores[scores.count / 2]
        let options = { (index: Int) in
            AnalysisOptions(isClassified: index % 3 != 0, classificationThreshold: index % 3 == 1 ? threshold : 0)
        }
        let found = try name(subjects(options), nil, all)
        for (index, words) in plain.enumerated() {
            let expected =
                switch index % 3 {
                case 0: [Classification]()
                case 1: words.filter { $0.score > threshold }
                default: words
                }
            #expect(found[index] == expected)
        }
    }

    @Test("A pipeline with several is loaded, and tells all of them")
    func pipeline() throws {
        let manifest = PipelineManifest(
            slug: "test",
            name: "Test",
            directory: "/test",
            detector: try ScriptedDetector().detector.manifest,
            binaryFilter: try classifier("rgb", passing: [0, 1, 2]).manifest,
            classifiers: try classifiers().map(\.manifest)
        )
        let picture = try image(height: 20, width: 20) { row, column in (UInt8(9 * row), UInt8(8 * column), 7) }
        let boxes = (0..<6).map { Box(x1: $0, y1: 0, x2: $0 + 9, y2: 9 + $0) }
        let insects = try [false, true].map { binds in
            // Memory that one session lends is read by the others, too.
            try LoadedPipeline(
                manifest,
                options: SessionOptions(intraOpThreads: 1, bindsMemory: binds),
                classificationBatchSize: 4,
                runtime: testRuntime()
            )
            .classify([BoxedImage(image: picture, boxes: boxes)]).insects[0]
        }
        #expect(insects[0] == insects[1])
        #expect(insects[0].allSatisfy { $0.classifications.map(\.isTerminal) == [false, true, true, true] })
        #expect(
            manifest.registration.algorithms.map(\.taskType) == ["localization"]
                + Array(repeating: "classification", count: 4)
        )
        #expect(manifest.registration.algorithms.dropFirst(2).map { $0.categoryMap?.labels.first } == ["a", "d", "g"])
        let wrong = PipelineManifest(
            slug: "test",
            name: "Test",
            directory: "/test",
            detector: manifest.detector,
            classifiers: [
                try classifier("abc").manifest, try classifier("ab").manifest,
                try classifier("abc", size: PixelSize(height: 9, width: 8)).manifest,
            ]
        )
        let error = #expect(throws: ManifestError.self) {
            try LoadedPipeline(
                wrong,
                options: SessionOptions(intraOpThreads: 1),
                classificationBatchSize: 4,
                runtime: testRuntime()
            )
        }
        #expect(error?.mistakes.count == 2, "each of them is looked at: \(error?.mistakes ?? [])")
    }
}
