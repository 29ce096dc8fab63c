import Foundation
import TestSupport
import Testing

@testable import Lab

@Suite("Which insects stand on which page")
struct ReportGalleryTests {
    /// Insects of some labels, each surer than those before it.
    private func entries(_ counts: [Int]) throws -> [ReportTiles.Entry] {
        var tiles = ReportTiles(path: try PackagePaths.scratch("gallery").appending(path: "tiles").path)
        for (label, count) in counts.enumerated() {
            for number in 0..<count { try tiles.add("\(label).\(number)", label: label, score: Double(number) / 100) }
        }
        return tiles.sorted(by: Array(counts.indices))
    }

    private func text(_ sections: [ReportGallery.Section]) -> [String] {
        sections.map { section in
            "\(section.label): \(section.first) to \(section.first + section.entries.count - 1)"
                + (section.home.map { ", more on \($0)" } ?? "")
        }
    }

    @Test("What has room on the first page is there, and nowhere else")
    func few() throws {
        let gallery = ReportGallery(try entries([6, 4]), tilesPerPage: 10)
        #expect(text(gallery.overview) == ["0: 1 to 6", "1: 1 to 4"] && gallery.pages.isEmpty)
        let none = ReportGallery([])
        #expect(none.overview.isEmpty && none.pages.isEmpty && none.count == 0)
    }

    @Test(
        "Else the first page has the surest of each label, as many of each as there is room for, and the others have all"
    )
    func many() throws {
        let gallery = ReportGallery(try entries([15, 8, 3]), tilesPerPage: 10)
        #expect(text(gallery.overview) == ["0: 1 to 3, more on 0", "1: 1 to 3, more on 1", "2: 1 to 3"])
        #expect(
            gallery.pages.map(text) == [["0: 1 to 10"], ["0: 11 to 15", "1: 1 to 5"], ["1: 6 to 8", "2: 1 to 3"]]
        )
        #expect(gallery.overview[0].entries.map(\.score) == [0.14, 0.13, 0.12])
    }

    @Test("With more labels than there is room for the most frequent have one each")
    func manyLabels() throws {
        let gallery = ReportGallery(try entries(Array(repeating: 2, count: 15)), tilesPerPage: 10)
        #expect(gallery.overview.count == 10 && gallery.overview.allSatisfy { $0.entries.count == 1 && $0.home != nil })
        #expect(gallery.pages.joined().reduce(0) { $0 + $1.entries.count } == 30)
    }

    @Test("Tiles are read back as they were written, the surest of each label first, equals in their order")
    func tiles() throws {
        let folder = try PackagePaths.scratch("gallery")
        var tiles = ReportTiles(path: folder.appending(path: "tiles").path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        for (text, label, score) in [("a", 0, 0.5), ("bé", 1, 0.1), ("c", 0, 0.9), ("d", 0, 0.5), ("e", 1, nil)] {
            try tiles.add(text, label: label, score: score)
        }
        var read: [String] = []
        try tiles.forEach(tiles.sorted(by: [1, 0])) { read.append(String(decoding: $0, as: UTF8.self)) }
        #expect(read == ["e", "bé", "c", "a", "d"])
    }
}
