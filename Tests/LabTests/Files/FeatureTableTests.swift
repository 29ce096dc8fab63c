import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("Features of files")
struct FeatureTableTests {
    private let folder: URL
    private var path: String { folder.appending(path: "night.npy").path }

    init() throws {
        folder = try PackagePaths.scratch("features")
    }

    private func word(
        _ label: String,
        scores: String,
        features: String = "",
        terminal: Bool = true,
        key: String = "a"
    ) -> String {
        let algorithm = #""algorithm":{"name":"A","key":"\#(key)"}"#
        return #"{"classification":"\#(label)","scores":[\#(scores)],\#(features)"terminal":\#(terminal),"#
            + algorithm + "}"
    }

    private func detection(x: Int, _ words: String...) -> String {
        #"{"bbox":{"x1":\#(x),"y1":2,"x2":9,"y2":10},"score":0.5,"classifications":[\#(words.joined(separator: ","))]}"#
    }

    private func result(_ detections: String...) -> EncodedResult {
        let json = #"{"detections":[\#(detections.joined(separator: ","))]}"#
        return EncodedResult(taskID: "t", json: Array(json.utf8), isError: false)
    }

    private func table(columns: Int = 2, paths: [String]) throws -> FeatureTable {
        try FeatureTable(path: path, columns: columns, algorithm: "a", paths: paths)
    }

    /// The header's text, and the floats behind it.
    private func matrix() throws -> (header: String, floats: [Float]) {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.prefix(10) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
        #expect(bytes[127] == 0x0A)
        let floats = stride(from: 128, to: bytes.count, by: 4).map { start in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
        }
        return (String(decoding: bytes[10..<128], as: UTF8.self), floats)
    }

    private var index: String {
        get throws { try String(contentsOf: folder.appending(path: "night.csv"), encoding: .utf8) }
    }

    @Test("Rows are in the order of files and detections, and the table says whose they are")
    func rows() throws {
        var table = try table(paths: ["a, b.jpg", "c.jpg", "d.jpg"])
        #expect(try matrix().header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }  "))
        try table.take(
            result(detection(x: 5, word("pale", scores: "0.25,0.75", features: #""features":[3,1e-07],"#))),
            at: 2
        )
        #expect(try matrix().floats == [])
        try table.take(
            result(
                detection(x: 1, word("faint", scores: "0.9", terminal: false)),
                detection(
                    x: 3,
                    word("distinct", scores: "1", terminal: false),
                    word(#"a \"b\""#, scores: "0.1", features: #""features":[-0.0,0.1],"#)
                ),
                detection(x: 4)
            ),
            at: 0
        )
        #expect(try matrix().header.contains("'shape': (1, 2), }"))
        try table.take(EncodedResult(taskID: "t", json: Array(#"{"error":"e"}"#.utf8), isError: true), at: 1)
        try table.finish()
        #expect(try matrix().header.contains("'shape': (2, 2), }"))
        #expect(try matrix().floats.map(\.bitPattern) == ([-0.0, 0.1, 3, 1e-07] as [Float]).map(\.bitPattern))
        #expect(
            try index == """
                row,image,detection,x1,y1,x2,y2,label,score
                0,"a, b.jpg",1,3,2,9,10,"a ""b""\",0.1
                1,d.jpg,0,5,2,9,10,pale,0.75

                """
        )
    }

    @Test("Of several classifiers the rows are those of the one that is asked for, with its word")
    func several() throws {
        var table = try table(columns: 1, paths: ["a"])
        let words = ["b", "a", "c"].map { key in
            word("by \(key)", scores: "0.5", features: #""features":[\#(key == "a" ? "7" : "8,9")],"#, key: key)
        }
        try table.take(result(detection(x: 1, words[0], words[1], words[2]), detection(x: 2, words[2])), at: 0)
        #expect(try matrix().floats == [7])
        #expect(try index.hasSuffix("\n0,a,0,1,2,9,10,by a,0.5\n"))
    }

    @Test("What came in spite of a gap is written in the end")
    func gap() throws {
        var table = try table(columns: 1, paths: ["a", "b", "c"])
        try table.take(result(detection(x: 1, word("x", scores: "1", features: #""features":[7],"#))), at: 2)
        try table.finish()
        #expect(try matrix().floats == [7])
        #expect(try index.hasSuffix("\n0,c,0,1,2,9,10,x,1.0\n"))
    }

    @Test("A file that was there is written anew; another row than the matrix has is a mistake")
    func anew() throws {
        try Data(repeating: 1, count: 5_000).write(to: URL(filePath: path))
        var table = try table(columns: 2, paths: ["a"])
        #expect(try matrix().floats == [])
        #expect(throws: CommandFailure.self) {
            try table.take(result(detection(x: 1, word("x", scores: "1", features: #""features":[7],"#))), at: 0)
        }
    }

    @Test("A place that cannot be written is a mistake before anything is done")
    func unwritable() throws {
        for path in ["/nowhere/night.npy", "\(folder.path)/night.csv", ".npy", "/proc/night.npy"] {
            let failure = #expect(throws: CommandFailure.self) {
                try FeatureTable(path: path, columns: 2, algorithm: "a", paths: [])
            }
            #expect(failure?.description.hasPrefix(path) == true)
        }
        // A disk without room.
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        let failure = #expect(throws: CommandFailure.self) { try table(paths: []) }
        #expect(failure?.description.contains("cannot be written: No space left") == true)
    }
}
