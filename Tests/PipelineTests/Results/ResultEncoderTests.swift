import Foundation
import Inference
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ResultEncoderTests {
    private let task = ImageTask(
        id: "task-1",
        imageID: "42",
        imageURL: "http://127.0.0.1/1.jpg?sig=\"x\"",
        replySubject: "reply.1",
        pipeline: "moths"
    )

    @Test func aResultHasTheShapeOfTheContract() throws {
        let result = try encoder().encode([insect()], of: task, duration: .milliseconds(1_500))
        #expect(result.taskID == "task-1")
        #expect(!result.isError)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.json)) as? [String: Any])
        #expect(Set(object.keys) == ["pipeline", "algorithms", "total_time", "source_images", "detections"])
        #expect(object["pipeline"] as? String == "moths")
        #expect((object["algorithms"] as? [String: Any])?.isEmpty == true)
        #expect(object["total_time"] as? Double == 1.5)
        let images = try #require(object["source_images"] as? [[String: String]])
        #expect(images == [["id": "42", "url": task.imageURL]])
        let detections = try #require(object["detections"] as? [[String: Any]])
        let detection = try #require(detections.first)
        #expect(detections.count == 1)
        #expect(detection["source_image_id"] as? String == "42")
        #expect(detection["bbox"] as? [String: Int] == ["x1": 1, "y1": 2, "x2": 30, "y2": 40])
        #expect(detection["crop_image_url"] is NSNull)
        #expect(detection["algorithm"] as? [String: String] == ["name": "Blob Detector", "key": "blob_detector"])
        #expect(detection["timestamp"] as? String == "2026-01-02T03:04:05.000Z")
    }

    @Test func aClassificationNamesItsAlgorithmAndAllItsScores() throws {
        let result = try encoder().encode([insect()], of: task, duration: .zero)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.json)) as? [String: Any])
        let detections = try #require(object["detections"] as? [[String: Any]])
        let classifications = try #require(detections.first?["classifications"] as? [[String: Any]])
        let classification = try #require(classifications.first)
        #expect(classifications.count == 1)
        #expect(classification["classification"] as? String == "b \"quoted\"")
        #expect(classification["labels"] is NSNull)
        #expect((classification["scores"] as? [Double])?.map(Float.init) == [0.1, 0.7, 0.2])
        #expect((classification["logits"] as? [Double])?.map(Float.init) == [-1, 1.25, -0.5])
        #expect(classification["terminal"] as? Bool == true)
        #expect(classification["algorithm"] as? [String: String] == ["name": "Names", "key": "names"])
    }

    @Test func anImageWithoutInsectsIsAResultToo() throws {
        let result = try encoder().encode([], of: task, duration: .zero)
        #expect(!result.isError)
        #expect(String(decoding: result.json, as: UTF8.self).hasSuffix(#""detections":[]}"#))
    }

    @Test func givenDetectionsComeBackAsTheyCame() throws {
        let algorithm = GivenDetection.Algorithm(name: "Drawn by hand", key: "hand")
        let box = GivenBox(x1: 1.5, y1: 2, x2: 1e17, y2: -0.25)
        let detections = [
            NamedDetection(
                given: GivenDetection(box: box, cropURL: "http://c/1", algorithm: algorithm),
                verdict: .success(try insect())
            ),
            NamedDetection(
                given: GivenDetection(box: box, algorithm: algorithm),
                verdict: .failure(NamedDetection.Trouble("lies outside"))
            ),
            NamedDetection(
                given: GivenDetection(box: nil, algorithm: algorithm),
                verdict: .failure(NamedDetection.Trouble("has no box"))
            ),
        ]
        let result = try encoder().encode(named: detections, of: task, duration: .zero)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.json)) as? [String: Any])
        #expect(object["errors"] as? [String] == ["detections[1] lies outside", "detections[2] has no box"])
        let found = try #require(object["detections"] as? [[String: Any]])
        #expect(found.count == 2, "a server drops a result with a detection that has no box")
        for detection in found {
            #expect(detection["bbox"] as? [String: Double] == ["x1": 1.5, "y1": 2, "x2": 1e17, "y2": -0.25])
            #expect(detection["algorithm"] as? [String: String] == ["name": "Drawn by hand", "key": "hand"])
            #expect(detection["source_image_id"] as? String == "42")
        }
        #expect(found[0]["crop_image_url"] as? String == "http://c/1" && found[1]["crop_image_url"] is NSNull)
        #expect(found.map { ($0["classifications"] as? [Any])?.count } == [1, 0])
        let fine = try encoder().encode(named: Array(detections.prefix(1)), of: task, duration: .zero)
        #expect(!String(decoding: fine.json, as: UTF8.self).contains("errors"))
    }

    @Test func anErrorAlwaysNamesItsImage() throws {
        let result = try encoder().encodeFailure("404 \"not\" there", of: task)
        #expect(result.isError)
        let object = try JSONDecoder().decode([String: String].self, from: Data(result.json))
        #expect(object == ["error": "404 \"not\" there", "image_id": "42"])
    }

    @Test func aPipelineThatIsNotLoadedIsAnErrorResult() throws {
        var stranger = task
        stranger.pipeline = "butterflies"
        #expect(try encoder().encode([], of: stranger, duration: .zero).isError)
    }

    @Test func twoEncodingsDifferInTimesOnly() throws {
        let early = try encoder(at: 0).encode([insect()], of: task, duration: .zero)
        let late = try encoder(at: 0).encode([insect()], of: task, duration: .zero)
        #expect(early == late)
    }

    // MARK: Which scores

    @Test func theBestScoresKeepTheirPlacesAndTheirLogitsAreLeftOut() throws {
        let json = try classification(.top(2))
        #expect((json["scores"] as? [Double])?.map(Float.init) == [0, 0.7, 0.2])
        #expect((json["logits"] as? [Double])?.isEmpty == true)
        #expect(json["classification"] as? String == "b \"quoted\"")
    }

    @Test func asManyAsThereAreIsAll() throws {
        let json = try classification(.top(3))
        #expect((json["scores"] as? [Double])?.map(Float.init) == [0.1, 0.7, 0.2])
        #expect((json["logits"] as? [Double])?.map(Float.init) == [-1, 1.25, -0.5])
    }

    @Test(
        arguments: [
            ([0.2, 0.5, 0.2, 0.1], 1, 1, [1]), ([0.2, 0.5, 0.2, 0.1], 1, 2, [0, 1]),
            ([0.2, 0.5, 0.2, 0.1], 1, 3, [0, 1, 2]), ([0.25, 0.25, 0.25, 0.25], 2, 1, [2]),
            ([0.25, 0.25, 0.25, 0.25], 2, 2, [0, 2]), ([0, 0, 0, 1], 3, 3, [0, 1, 3]),
        ] as [([Float], Int, Int, [Int])]
    )
    func theLabelsOwnScoreAndThenTheFirstOfEqualsAreKept(
        scores: [Float],
        label: Int,
        count: Int,
        kept: [Int]
    ) throws {
        #expect(ScoreSelection.top(count).positions(in: try word(scores, label)) == kept)
        #expect(ScoreSelection.all.positions(in: try word(scores, label)) == nil)
    }

    @Test func theBestOfManyAreThoseOfASort() throws {
        var generator = SeededGenerator(seed: 4)
        let scores = (0..<29_176).map { _ in Float.random(in: 0..<1, using: &generator) }
        let label = try #require(scores.indices.max { scores[$0] < scores[$1] })
        let sorted = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(50).sorted()
        #expect(ScoreSelection.top(50).positions(in: try word(scores, label)) == sorted)
    }

    @Test func aDetectionTellsItsScoreWhereThatIsWanted() throws {
        for tells in [false, true] {
            let encoder = ResultEncoder(manifests: [try manifest()], tellsDetectionScores: tells)
            let result = encoder.encode([try insect()], of: task, duration: .zero)
            let object = try JSONSerialization.jsonObject(with: Data(result.json)) as? [String: Any]
            let detection = try #require((object?["detections"] as? [[String: Any]])?.first)
            #expect((detection["score"] as? Double).map(Float.init) == (tells ? 0.9 : nil))
        }
    }

    private func classification(_ scores: ScoreSelection) throws -> [String: Any] {
        let encoder = ResultEncoder(manifests: [try manifest()])
        let contents = ResultContents(scores: scores)
        let result = encoder.encode([try insect()], of: task, telling: contents, duration: .zero)
        let object = try JSONSerialization.jsonObject(with: Data(result.json)) as? [String: Any]
        let detection = try #require((object?["detections"] as? [[String: Any]])?.first)
        return try #require((detection["classifications"] as? [[String: Any]])?.first)
    }

    private func word(_ scores: [Float], _ label: Int) throws -> Classification {
        Classification(
            algorithm: try #require(try manifest().classifiers.first?.algorithm),
            isTerminal: true,
            labelIndex: label,
            label: "label",
            scores: scores,
            logits: scores
        )
    }

    private func encoder(at seconds: Double = 1_767_323_045) throws -> ResultEncoder {
        ResultEncoder(manifests: [try manifest()], now: { Date(timeIntervalSince1970: seconds) })
    }

    private func insect() throws -> DetectedInsect {
        let algorithm = try #require(try manifest().classifiers.first?.algorithm)
        return DetectedInsect(
            detection: Detection(box: Box(x1: 1, y1: 2, x2: 30, y2: 40), score: 0.9),
            classifications: [
                Classification(
                    algorithm: algorithm,
                    isTerminal: true,
                    labelIndex: 1,
                    label: "b \"quoted\"",
                    scores: [0.1, 0.7, 0.2],
                    logits: [-1, 1.25, -0.5]
                )
            ]
        )
    }

    /// The encoder reads names and keys only, so any file stands for the models.
    private func manifest() throws -> PipelineManifest {
        let folder = FileManager.default.temporaryDirectory.appending(path: "encoder-\(UUID().uuidString)/moths")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        for name in ["detector.onnx", "classifier.onnx"] {
            try Data().write(to: folder.appending(path: name))
        }
        let json = """
            {"slug":"moths","name":"Moths","version":1,
             "detector":{"name":"Blob Detector","file":"detector.onnx","score_threshold":0.5,
              "input":{"shorter_side":540,"longer_side_max":1024,"interpolation":"bilinear","antialias":false,
               "mean":[0.5,0.5,0.5],"std":[0.2,0.2,0.2],"pad_multiple":16}},
             "classifier":{"name":"Names","file":"classifier.onnx","labels":["a","b","c"],
              "input":{"size":[64,64],"antialias":true}}}
            """
        return try PipelineManifest(json: Array(json.utf8), directory: folder.path)
    }
}
