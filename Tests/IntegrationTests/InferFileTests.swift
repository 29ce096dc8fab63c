import Foundation
import TestSupport
import Testing

@Suite("infer-file", .timeLimit(.minutes(5)))
struct InferFileTests {
    private static let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"

    @Test func aBadFileCostsOnlyItself() async throws {
        let scratch = try PackagePaths.scratch("infer-file")
        try Data("<html>".utf8).write(to: scratch.appending(path: "bad.jpg"))
        let images = [
            "\(Self.models)/images/upright.jpg", scratch.appending(path: "bad.jpg").path, "/nowhere/gone.jpg",
            "\(Self.models)/images/wide.jpg",
        ]
        let worker = try RunningProgram(
            ["infer-file"] + images + ["--json", "--pipeline", "tiny_pyramid", "--models", Self.models],
            scratch: scratch
        )
        await worker.child.waitForExit()
        #expect(worker.child.exitStatus == 1, "\(worker.said)")
        #expect(worker.said.contains("2 of 4 images could not be analysed"))
        let results = try worker.said.split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(results.map { ($0["detections"] as? [Any])?.count } == [24, nil, nil, 7])
        #expect(results[1]["image_id"] as? String == images[1])
        #expect((results[2]["error"] as? String)?.contains("No such file") == true)
        let detections = try #require(results[0]["detections"] as? [[String: Any]])
        #expect(detections.allSatisfy { ($0["score"] as? Double ?? 0) > 0.8 })
    }

    @Test func aTableIsTheDefaultAndAPageCanBeHad() async throws {
        let scratch = try PackagePaths.scratch("infer-file")
        let arguments = ["infer-file", "\(Self.models)/images/wide.jpg", "--models", Self.models]
        let table = try RunningProgram(arguments + ["--pipeline", "tiny_pyramid"], scratch: scratch)
        await table.child.waitForExit()
        #expect(table.child.exitStatus == 0)
        #expect(table.said.contains("wide.jpg, 7 insects"))
        let page = scratch.appending(path: "a/page.html").path
        let html = try RunningProgram(arguments + ["--pipeline", "tiny_pyramid", "--html", page], scratch: scratch)
        await html.child.waitForExit()
        #expect(html.child.exitStatus == 0, "\(html.said)")
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<dd>7</dd><dt>insects found</dt>"))
        // Two pipelines are there, and none is named.
        let choice = try RunningProgram(arguments, scratch: scratch)
        await choice.child.waitForExit()
        #expect(choice.child.exitStatus == 2)
        #expect(choice.said.contains("tiny_pyramid, tiny_single_level"))
    }
}
