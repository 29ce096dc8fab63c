import Foundation
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("The table of detections")
struct CSVExportTests {
    private let path: String

    init() throws {
        path = try PackagePaths.scratch("csv").appending(path: "found.csv").path
    }

    private func table(of files: AnalysedFile...) throws -> String {
        var export = try CSVExport(path: path)
        for file in files { try export.take(file) }
        export.finish()
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("A row a detection; what has none has no row")
    func rows() throws {
        let text = try table(
            of: .made("a.jpg", labels: ["Noctua pronuba", ""]),
            .made("empty.jpg"),
            .made("bad.jpg", failure: "it is no image"),
            .made("b.jpg", labels: ["x"], station: "", time: "none")
        )
        #expect(
            text == """
                image,captured_at,station,x1,y1,x2,y2,detection_score,label,classification_score,algorithm
                a.jpg,2022-06-22T00:04:59,ridge,0,20,5,40,0.5,Noctua pronuba,0.75,classifier
                a.jpg,2022-06-22T00:04:59,ridge,10,20,15,40,0.5,,,detector
                b.jpg,,,0,20,5,40,0.5,x,0.75,classifier

                """
        )
    }

    @Test("Of nothing there is the header")
    func empty() throws {
        #expect(try table().split(separator: "\n").count == 1)
    }

    @Test(
        "Commas, quotes and line breaks stay in their field, and no field is a formula",
        arguments: [
            ("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
            ("\r=1", "\"'\r=1\""),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""), ("", ""), ("a=b", "a=b"),
            ("naïve 蛾", "naïve 蛾"),
        ]
    )
    func fields(text: String, field: String) {
        #expect(text.csvField == field)
    }

    @Test("A place that cannot be written is a mistake before anything is done")
    func unwritable() {
        #expect(throws: CommandFailure.self) { try CSVExport(path: "/nowhere/found.csv") }
    }
}
