import Foundation
import Inference
import JSON
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("MegaDetector's format")
struct MegaDetectorExportTests {
    private let folder: URL
    private var path: String { folder.appending(path: "recognitions.json").path }

    init() throws {
        folder = try PackagePaths.scratch("megadetector")
    }

    private func written(_ files: AnalysedFile...) throws -> JSONValue {
        let manifest = try InferenceAssembly.readManifests(in: PackagePaths.models, slugs: ["demo"])[0]
        var export = try MegaDetectorExport(path: path, manifest: manifest)
        for file in files { try export.take(file) }
        #expect(!FileManager.default.fileExists(atPath: path))
        try export.finish()
        return try JSONValue(parsing: [UInt8](Data(contentsOf: URL(filePath: path))))
    }

    @Test("Boxes are parts of the image, labels are numbered, and paths are those from the file's folder")
    func boxes() throws {
        let json = try written(
            .made("\(folder.path)/card/a.jpg", labels: ["moth", "fly", "moth", ""]),
            .made("/elsewhere/../other/b.jpg", labels: ["fly"]),
            .made("\(folder.path)/empty.jpg")
        )
        #expect(json["info"]?["format_version"]?.string == "1.4")
        // Timelapse reads numbers of both, and does not ask whether they are there.
        #expect(json["info"]?["detector_metadata"]?["typical_detection_threshold"]?.double != nil)
        #expect(json["info"]?["classifier_metadata"]?["typical_classification_threshold"]?.double != nil)
        #expect(json["detection_categories"]?["1"]?.string == "animal")
        #expect(json["classification_categories"]?["0"]?.string == "moth")
        #expect(json["classification_categories"]?["1"]?.string == "fly")
        let images = try #require(json["images"]?.elements)
        #expect(images.map { $0["file"]?.string } == ["card/a.jpg", "/other/b.jpg", "empty.jpg"])
        let found = try #require(images[0]["detections"]?.elements)
        #expect(found[1]["bbox"]?.doubles == [0.05, 0.2, 0.025, 0.2])
        #expect(found.map { $0["conf"]?.double } == [0.5, 0.5, 0.5, 0.5])
        #expect(found.allSatisfy { $0["category"]?.string == "1" })
        let named = found.map { $0["classifications"]?.elements?.first?.elements?.first?.string }
        #expect(named == ["0", "1", "0", nil])
        #expect(images[2]["detections"]?.elements?.isEmpty == true && images[2]["failure"] == nil)
    }

    @Test("A failure has a reason and no detections")
    func failures() throws {
        let json = try written(.made("bad.jpg", failure: "it is \"no\" image\n"))
        let image = try #require(json["images"]?.elements?.first)
        #expect(image["failure"]?.string == "it is \"no\" image\n")
        #expect(image["detections"] == .null)
    }

    @Test("Nothing is a file as well, and hostile labels stay text")
    func hostile() throws {
        let hostile = "\"},{\u{0}\n</script>蛾"
        #expect(try written()["images"]?.elements?.isEmpty == true)
        try FileManager.default.removeItem(atPath: path)
        let json = try written(.made("a,\n\"b.jpg", labels: [hostile]))
        #expect(json["classification_categories"]?["0"]?.string == hostile)
    }

    @Test("Half a file is never there under its name")
    func unfinished() throws {
        try Data("old".utf8).write(to: URL(filePath: path))
        let manifest = try InferenceAssembly.readManifests(in: PackagePaths.models, slugs: ["demo"])[0]
        do {
            var export = try MegaDetectorExport(path: path, manifest: manifest)
            try export.take(.made("a.jpg"))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["recognitions.json"])
        #expect(throws: CommandFailure.self) {
            try MegaDetectorExport(path: "/nowhere/a.json", manifest: manifest)
        }
    }
}
