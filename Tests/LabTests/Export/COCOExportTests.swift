import Foundation
import JSON
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("COCO's format")
struct COCOExportTests {
    private let folder: URL
    private var path: String { folder.appending(path: "coco.json").path }

    init() throws {
        folder = try PackagePaths.scratch("coco")
    }

    private func written(_ files: AnalysedFile...) throws -> JSONValue {
        var export = try COCOExport(path: path, pipeline: "demo")
        for file in files { try export.take(file) }
        try export.finish()
        return try JSONValue(parsing: [UInt8](Data(contentsOf: URL(filePath: path))))
    }

    @Test("Images, annotations and categories belong together by their numbers")
    func numbers() throws {
        let json = try written(
            .made("\(folder.path)/a.jpg", labels: ["moth", "fly"]),
            .made("bad.jpg", failure: "it is no image"),
            .made("\(folder.path)/b.jpg", labels: ["fly", "\"x\"\n"])
        )
        let images = try #require(json["images"]?.elements)
        #expect(images.map { $0["file_name"]?.string } == ["a.jpg", "b.jpg"])
        #expect(images[0]["width"]?.double == 200 && images[0]["height"]?.double == 100)
        #expect(images[0]["date_captured"]?.string == "2022-06-22T00:04:59")
        let boxes = try #require(json["annotations"]?.elements)
        #expect(boxes.map { $0["id"]?.double } == [1, 2, 3, 4])
        #expect(boxes.map { $0["image_id"]?.double } == [1, 1, 2, 2])
        #expect(boxes.map { $0["category_id"]?.double } == [1, 2, 2, 3])
        #expect(boxes[1]["bbox"]?.doubles == [10, 20, 5, 20] && boxes[1]["area"]?.double == 100)
        let categories = try #require(json["categories"]?.elements)
        #expect(categories.map { $0["name"]?.string } == ["moth", "fly", "\"x\"\n"])
        #expect(categories.map { $0["id"]?.double } == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["coco.json"])
    }

    @Test("Nothing is a data set as well")
    func empty() throws {
        let json = try written()
        for key in ["images", "annotations", "categories"] { #expect(json[key]?.elements?.isEmpty == true) }
    }
}
