import Foundation
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("Results of files")
struct FileResultTests {
    private static let plain = Terminal(isInteractive: false, hasColour: false)
    private static let success = """
        {"pipeline":"moths","source_images":[{"id":"a.jpg","url":"a.jpg"}],"detections":[
         {"bbox":{"x1":10,"y1":20,"x2":110,"y2":50},"score":0.987,"classifications":[
          {"classification":"moth","scores":[0.9,0.1],"terminal":false},
          {"classification":"Noctua pronuba","scores":[0,0.75,0],"terminal":true}]},
         {"bbox":{"x1":0,"y1":0,"x2":9,"y2":9},"score":0.5,"classifications":[
          {"classification":"nonmoth","scores":[0.2,0.8],"terminal":false}]},
         {"bbox":{"x1":1,"y1":2,"x2":3,"y2":4},"score":0.25,"classifications":[]}]}
        """

    @Test func theLastWordOnEachInsectIsShown() throws {
        let text = try FileResult(encoded(Self.success)).text(of: "a.jpg", on: Self.plain)
        #expect(
            text == """
                a.jpg, 3 insects
                  place  size    found  named  label
                  10,20  100×30  0.99   0.75   Noctua pronuba
                  0,0    9×9     0.50   0.80   nonmoth (not named)
                  1,2    2×2     0.25   –      –


                """
        )
    }

    @Test func everyClassifiersWordIsShown() throws {
        let found = """
            {"detections":[{"bbox":{"x1":1,"y1":2,"x2":3,"y2":4},"score":0.5,"classifications":[
              {"classification":"moth","scores":[0.9,0.1],"terminal":false},
              {"classification":"Noctua pronuba","scores":[0,0.75],"terminal":true},
              {"classification":"Noctua","scores":[0.9],"terminal":true}]}]}
            """
        let result = try FileResult(encoded(found))
        #expect(
            result.text(of: "a.jpg", on: Self.plain) == """
                a.jpg, 1 insect
                  place  size  found  named        label
                  1,2    2×2   0.50   0.75 / 0.90  Noctua pronuba / Noctua


                """
        )
        #expect(result.insects[0].answer?.label == "Noctua")
    }

    @Test func nothingFoundAndNothingDoneAreSaid() throws {
        let empty = try FileResult(encoded(#"{"pipeline":"moths","detections":[]}"#))
        #expect(empty.text(of: "a.jpg", on: Self.plain) == "a.jpg\n  nothing found\n\n")
        let failed = try FileResult(encoded(#"{"error":"it is no image","image_id":"a.jpg"}"#, isError: true))
        #expect(failed.text(of: "a.jpg", on: Self.plain) == "a.jpg\n  it is no image\n\n")
    }

    @Test func resultsAreWrittenInTheOrderOfTheFiles() async throws {
        let written = Written()
        let results = try FileResults(files: Self.files("a", "b", "c"), output: .json, write: { written.add($0) })
        await results.take(encoded("{2}"), at: 2)
        await results.take(encoded("{0}"), at: 0)
        #expect(written.text == "{0}\n")
        await results.take(encoded(#"{"error":"no image"}"#, isError: true), at: 1)
        #expect(written.text == "{0}\n{\"error\":\"no image\"}\n{2}\n")
        #expect(await results.failures.lines == ["  b: no image"])
        #expect(await results.failures.count == 1)
    }

    @Test func whatIsThereIsWrittenWhenOneNeverCame() async throws {
        let written = Written()
        let results = try FileResults(files: Self.files("a", "b", "c"), output: .json, write: { written.add($0) })
        await results.take(encoded("{2}"), at: 2)
        await results.take(encoded("{1}"), at: 1)
        try await results.finish()
        #expect(written.text == "{1}\n{2}\n")
    }

    @Test func namesOfFilesBeginNoLinesOfTheirOwn() {
        var failures = FileFailures()
        for _ in 0..<1_001 { failures.add("a\nError: b\u{1B}[2J.jpg", reason: "gone\nfor good") }
        #expect(failures.count == 1_001 && failures.lines.count == 1_001)
        #expect(failures.lines[0] == "  a\\nError: b\\u{1b}[2J.jpg: gone\\nfor good")
        #expect(failures.lines.last == "  and 1 more")
    }

    @Test func behindASlowFileOnlySoManyResultsWait() async throws {
        let written = Written()
        let names = (0..<50).map(String.init)
        let results = try FileResults(
            files: names.map { ImageFiles.File(path: $0) },
            output: .json,
            mostWaiting: 3,
            write: { written.add($0) }
        )
        await withTaskGroup(of: Void.self) { group in
            for position in names.indices.reversed() {
                group.addTask { await results.take(encoded("{\(position)}"), at: position) }
            }
        }
        try await results.finish()
        #expect(written.text == names.map { "{\($0)}\n" }.joined())
        // Who may wait is decided here, and nowhere else.
        var order = Resequencer<Int>()
        #expect(order.hasRoom(for: 3, mostWaiting: 3) && !order.hasRoom(for: 4, mostWaiting: 3))
        #expect(order.add(0, at: 0) == [0])
        #expect(order.hasRoom(for: 4, mostWaiting: 3) && !order.hasRoom(for: 5, mostWaiting: 3))
    }

    @Test func whenResultsCannotBeWrittenNobodyWaitsForATurn() async throws {
        let results = try FileResults(
            files: Self.files("a", "b", "c"),
            output: .json,
            mostWaiting: 0,
            write: { _ in throw CommandFailure("full") }
        )
        await withTaskGroup(of: Void.self) { group in
            for position in [2, 1, 0] { group.addTask { await results.take(encoded("{}"), at: position) } }
        }
        await #expect(throws: CommandFailure.self) { try await results.finish() }
    }

    @Test func thatNobodyCanBeToldIsSaidOnceAndFailsTheEnd() async throws {
        let calls = Mutex(0)
        let results = try FileResults(
            files: Self.files("a", "b"),
            output: .json,
            write: { _ in throw CommandFailure("full") },
            onFailure: { calls.withLock { $0 += 1 } }
        )
        await results.take(encoded("{0}"), at: 0)
        await results.take(encoded("{1}"), at: 1)
        #expect(calls.withLock { $0 } == 1)
        await #expect(throws: CommandFailure.self) { try await results.finish() }
    }

    @Test func thePageShowsInsectsAndReasons() async throws {
        let folder = try PackagePaths.scratch("page")
        let page = folder.appending(path: "found.html").path
        let results = try FileResults(files: Self.files("a", "b"), output: .none, report: ReportWriter(path: page))
        await results.take(encoded(#"{"error":"it is no image","image_id":"b"}"#, isError: true), at: 1)
        await results.take(encoded(Self.success), at: 0)
        try await results.finish()
        #expect(try await results.writeReport(ReportSummary(pipeline: "moths", elapsedSeconds: 1)) == page)
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(
            html.contains("<dd>3</dd><dt>insects found</dt>") && html.contains("<dd>1</dd><dt>image with an error</dt>")
        )
        for label in ["Noctua pronuba", "nonmoth", "insect"] {
            #expect(html.contains("<span class=\"name\">\(label)</span><b>1</b>"))
        }
        #expect(html.contains("<span class=\"error\">it is no image</span>"))
    }

    private static func files(_ names: String...) -> [ImageFiles.File] { names.map { ImageFiles.File(path: $0) } }

    private func encoded(_ json: String, isError: Bool = false) -> EncodedResult {
        EncodedResult(taskID: "", json: Array(json.utf8), isError: isError)
    }
}

private final class Written: Sendable {
    private let data = Mutex<[UInt8]>([])

    var text: String { data.withLock { String(decoding: $0, as: UTF8.self) } }

    func add(_ more: [UInt8]) {
        data.withLock { $0 += more }
    }
}
