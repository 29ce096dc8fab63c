import Foundation
import Imaging
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("Crops in folders")
struct CropExportTests {
    private let folder: URL

    init() throws {
        folder = try PackagePaths.scratch("crops").appending(path: "out")
    }

    private func pictures(_ count: Int) throws -> FilePictures {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let image = try PixelBuffer(pool: pool, height: 100, width: 200) {
            $0.initializeMemory(as: UInt8.self, repeating: 90)
        }
        let boxes = (0..<count).map { PixelRect(x: 10 * $0, y: 20, width: 5, height: 20) }
        return FilePictures(of: image, boxes: boxes, for: .crops, pool: pool)
    }

    private func written(_ files: AnalysedFile...) throws -> [String] {
        var export = try CropExport(folder: folder.path)
        for file in files { try export.take(file) }
        export.finish()
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return all.filter { $0.hasSuffix(".jpg") }.sorted()
    }

    @Test("Images of the same name do not meet, and a crop is the box")
    func names() throws {
        let files = try written(
            .made("a/IMG_1.JPG", labels: ["moth", "fly"], pictures: pictures(2)),
            .made("b/IMG_1.JPG", labels: ["moth"], pictures: pictures(1)),
            .made("bad.jpg", failure: "it is no image")
        )
        #expect(files == ["fly/IMG_1-1-2.jpg", "moth/IMG_1-1-1.jpg", "moth/IMG_1-2-1.jpg"])
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: files[0])))
        let header = try ImageDecoder().header(of: bytes)
        #expect(header.width == 5 && header.height == 20)
    }

    @Test("No label leads out of the folder, and labels that look alike have folders of their own")
    func hostile() throws {
        let labels = [
            "../../x", "..", "", "/etc", "CON", "a:b", "a?b", "A?B", ".hidden", "x\u{0}\n\u{202E}",
            String(repeating: "é", count: 200),
        ]
        let files = try written(.made("../-rf *.jpg", labels: labels, pictures: pictures(labels.count)))
        #expect(files.count == labels.count)
        let folders = Set(files.map { String($0.prefix { $0 != "/" }) })
        #expect(
            folders.isSuperset(of: ["_.._x", "unnamed", "_etc", "_CON", "a_b", "a_b~2", "A_B~3", "hidden", "x___"]),
            "\(folders)"
        )
        #expect(folders.allSatisfy { $0.utf8.count <= 110 && $0 != ".." })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.deletingLastPathComponent().path) == ["out"])
    }

    @Test("A folder that cannot be made is a mistake before anything is done")
    func unwritable() {
        let failure = #expect(throws: CommandFailure.self) { try CropExport(folder: "/proc/crops") }
        #expect(failure?.description.hasPrefix("/proc/crops cannot be made: ") == true)
    }
}
