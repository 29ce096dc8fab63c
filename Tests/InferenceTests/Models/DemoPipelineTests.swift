import Foundation
import Imaging
import Inference
import JSON
import Telemetry
import Testing

@Suite("The demo pipeline")
struct DemoPipelineTests {
    private static let insects = [
        Box(x1: 75, y1: 50, x2: 95, y2: 65), Box(x1: 225, y1: 125, x2: 240, y2: 155),
        Box(x1: 375, y1: 38, x2: 450, y2: 83), Box(x1: 250, y1: 200, x2: 263, y2: 213),
    ]

    /// The demo pipeline with a detector input of half the size: tests run unoptimised.
    private func pipeline() throws -> LoadedPipeline {
        let path = demoDirectory + "/" + PipelineManifest.fileName
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing("\"shorter_side\": 540", with: "\"shorter_side\": 270")
        return try LoadedPipeline(
            PipelineManifest(json: Array(text.utf8), directory: demoDirectory),
            options: SessionOptions(intraOpThreads: 2),
            classificationBatchSize: 3,
            runtime: testRuntime()
        )
    }

    @Test(
        "It finds what lies on a sheet, of every size, and nothing else",
        arguments: [
            (60, 50, 45, "dark"), (190, 120, 55, "orange"), (120, 85, 60, "brown"), (205, 175, 90, "yellow"),
        ] as [(UInt8, UInt8, UInt8, String)]
    )
    func finds(red: UInt8, green: UInt8, blue: UInt8, colour: String) throws {
        let picture = try sheet(height: 270, width: 512, insects: Self.insects, colour: (red, green, blue))
        let found = try pipeline().analyse([picture]).insects[0]
        #expect(found.count == Self.insects.count)
        for insect in Self.insects {
            #expect(found.contains { overlap($0.box, insect) > 0.6 }, "\(insect) in \(found.map(\.box))")
        }
        for insect in found {
            #expect(insect.classifications.map(\.isTerminal) == [false, true])
            #expect(insect.classifications.first?.label == "distinct")
            #expect(insect.classifications.last?.label == "\(colour), plain")
        }
    }

    @Test("An empty sheet is empty, however bright", arguments: [20, 120, 250] as [UInt8])
    func emptySheet(light: UInt8) throws {
        let picture = try image(height: 270, width: 480) { row, column in
            let noise = UInt8((row * 31 + column * 17) % 5)
            return (light + noise, light + noise, light)
        }
        #expect(try pipeline().analyse([picture]).insects == [[]])
    }

    @Test("A pale insect on dark ground is found too")
    func paleOnDark() throws {
        let insect = Box(x1: 150, y1: 100, x2: 190, y2: 130)
        let picture = try image(height: 270, width: 480) { row, column in
            let isInside = insect.y1..<insect.y2 ~= row && insect.x1..<insect.x2 ~= column
            return isInside ? (200, 190, 170) : (60, 70, 60)
        }
        let found = try pipeline().analyse([picture]).insects[0]
        #expect(found.count == 1 && found.allSatisfy { overlap($0.box, insect) > 0.7 })
    }

    @Test("An image's answer is the same bit for bit, whatever its neighbours and its place")
    func neighbours() throws {
        let pipeline = try pipeline()
        let images = try (0..<4).map { number in
            try sheet(height: 270, width: 512, insects: Array(Self.insects.prefix(number + 1)))
        }
        let alone = try images.map { try pipeline.analyse([$0]).insects[0] }
        #expect(alone.map(\.count) == [1, 2, 3, 4])
        #expect(try pipeline.analyse(images).insects == alone)
        #expect(try pipeline.analyse(images.reversed()).insects == alone.reversed())
        #expect(try pipeline.analyse([images[3], images[3]]).insects == [alone[3], alone[3]])
    }

    @Test("An image of another size fails the batch before the models run, and its halves succeed")
    func bisectable() throws {
        let pipeline = try pipeline()
        let good = try sheet(height: 270, width: 512, insects: [])
        let odd = try sheet(height: 270, width: 300, insects: [])
        let error = #expect(throws: InferenceError.self) { try pipeline.analyse([good, odd]) }
        #expect(error?.code == .invalidInput)
        #expect(try pipeline.analyse([good]).insects == [[]])
        #expect(try pipeline.analyse([odd]).insects == [[]])
    }

    @Test("Its registration names each algorithm and what its outputs mean")
    func registration() throws {
        let manifest = try PipelineManifest(directory: demoDirectory)
        let json = try JSONSerialization.jsonObject(with: Data(manifest.registration.json.encoded()))
        let pipeline = try #require(json as? [String: Any])
        #expect(pipeline["slug"] as? String == "demo")
        let algorithms = try #require(pipeline["algorithms"] as? [[String: Any]])
        #expect(algorithms.map { $0["task_type"] as? String } == ["localization", "classification", "classification"])
        let map = try #require(algorithms.last?["category_map"] as? [String: Any])
        let labels = try #require(map["labels"] as? [String])
        let data = try #require(map["data"] as? [[String: Any]])
        #expect(labels == manifest.classifiers.first?.labels)
        #expect(data.map { $0["label"] as? String } == labels)
        #expect(data.map { $0["index"] as? Int } == Array(labels.indices))
    }

    @Test("Its registration says what a project may set, and what holds otherwise")
    func stages() throws {
        let registration = try PipelineManifest(directory: demoDirectory).registration.json
        let stages = try #require(registration["stages"]?.elements)
        #expect(stages.map { $0["key"] } == ["detection", "classification"])
        #expect(stages.map { $0["name"] } == ["Detection", "Classification"])
        let params = stages.map { $0["params"]?.elements ?? [] }
        #expect(
            params.map { $0.map { $0["key"] } } == [
                ["detection_threshold", "max_detections"],
                [
                    "classification", "classification_threshold", "top_k", "include_features", "include_logits",
                ],
            ]
        )
        #expect(params.joined().allSatisfy { $0["name"]?.string?.isEmpty == false })
        #expect(
            registration["default_config"] == [
                "detection_threshold": 0.4, "max_detections": 300, "classification": true,
                "classification_threshold": 0,
            ]
        )
    }
}

/// Photographs that are not in the repository: in the folder `ANTENNA_TEST_IMAGES`, or next to the checkout.
private let photographs: [String] = {
    let folder = ProcessInfo.processInfo.environment["ANTENNA_TEST_IMAGES"] ?? demoDirectory + "/../../../shared/images"
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return ["cyprus-84-20220916202959", "panama-01-20231110214539", "sequential-20220728232552-00-72"]
        .flatMap { ["\(folder)/\($0)-snapshot.jpg", "\(folder)/\($0).jpg"] }
        .filter { FileManager.default.fileExists(atPath: $0) }
}()

@Suite("The demo pipeline on photographs", .enabled(if: !photographs.isEmpty))
struct DemoPhotographTests {
    @Test("Insects are found, and the times add up", arguments: photographs)
    func finds(path: String) throws {
        let bytes = try Array(Data(contentsOf: URL(filePath: path)))
        let picture = try ImageDecoder().decode(bytes, into: PixelBufferPool(maximumIdleBytes: 0))
        let pipeline = try LoadedPipeline(
            PipelineManifest(directory: demoDirectory),
            options: SessionOptions(),
            classificationBatchSize: 20,
            runtime: testRuntime()
        )
        let analysis = try pipeline.analyse([picture])
        #expect(analysis.insects[0].count >= 8)
        #expect(analysis.times.runtime <= analysis.times.detect + analysis.times.classify)
    }
}
