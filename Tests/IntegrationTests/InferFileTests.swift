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
        #expect(results.map { ($0["detections"] as? [Any])?.count } == [32, nil, nil, 40])
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
        #expect(table.said.contains("wide.jpg, 40 insects"))
        let page = scratch.appending(path: "a/page.html").path
        let html = try RunningProgram(arguments + ["--pipeline", "tiny_pyramid", "--html", page], scratch: scratch)
        await html.child.waitForExit()
        #expect(html.child.exitStatus == 0, "\(html.said)")
        let written = try String(contentsOfFile: page, encoding: .utf8)
        #expect(written.contains("<dd>40</dd><dt>insects found</dt>"))
        // What the pipeline says of itself: whoever looks at labels has to know whose they are.
        #expect(written.contains("Seeded weights; tells nothing of meaning."))
        // Two pipelines are there, and none is named.
        let choice = try RunningProgram(arguments, scratch: scratch)
        await choice.child.waitForExit()
        #expect(choice.child.exitStatus == 2)
        #expect(choice.said.contains("tiny_pyramid, tiny_single_level"))
    }

    @Test func aCardIsWalkedAndWrittenForOtherPrograms() async throws {
        let scratch = try PackagePaths.scratch("infer-file")
        let card = scratch.appending(path: "card/ridge/DCIM/100MEDIA")
        try FileManager.default.createDirectory(at: card, withIntermediateDirectories: true)
        let image = URL(filePath: "\(Self.models)/images/wide.jpg")
        try FileManager.default.copyItem(at: image, to: card.appending(path: "IMG_20220622_000459.JPG"))
        try Data("<html>".utf8).write(to: card.appending(path: "bad.jpg"))
        let out = ["csv", "megadetector", "coco", "crops"].map {
            (flag: "--\($0)", path: scratch.appending(path: $0).path)
        }
        let worker = try RunningProgram(
            ["infer-file", scratch.appending(path: "card").path, "--models", Self.models, "--pipeline", "tiny_pyramid"]
                + out.flatMap { [$0.flag, $0.path] },
            scratch: scratch
        )
        await worker.child.waitForExit()
        #expect(worker.child.exitStatus == 1, "\(worker.said)")
        #expect(worker.said.contains("40 insects on 2 images: \(out.map(\.path).joined(separator: ", "))"))
        #expect(worker.said.contains("bad.jpg: The image could not be decoded: this is an HTML page"))
        let rows = try String(contentsOfFile: out[0].path, encoding: .utf8).split(separator: "\n")
        #expect(rows.count == 41 && rows.dropFirst().allSatisfy { $0.contains(".JPG,2022-06-22T00:04:59,ridge,") })
        for json in out[1...2] {
            let data = try Data(contentsOf: URL(filePath: json.path))
            #expect(try JSONSerialization.jsonObject(with: data) is [String: Any])
        }
        let crops = try FileManager.default.subpathsOfDirectory(atPath: out[3].path).filter { $0.hasSuffix(".jpg") }
        #expect(crops.count == 40)
    }

    @Test func featuresAreAMatrixWithATableBesideIt() async throws {
        let scratch = try PackagePaths.scratch("infer-file")
        let images = ["upright", "wide"].map { "\(Self.models)/images/\($0).jpg" }
        let arguments = ["infer-file"] + images + ["--models", Self.models, "--pipeline", "tiny_pyramid"]
        let matrix = scratch.appending(path: "all.npy")
        let json = try RunningProgram(arguments + ["--json", "--features", matrix.path], scratch: scratch)
        await json.child.waitForExit()
        #expect(json.child.exitStatus == 0, "\(json.said)")
        let rows = try json.said.split(separator: "\n").filter { $0.hasPrefix("{") }.flatMap { line in
            let result = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let detections = try #require(result["detections"] as? [[String: Any]])
            return detections.compactMap { ($0["classifications"] as? [[String: Any]])?.last?["features"] as? [Double] }
        }
        #expect(rows.count > 10 && rows.allSatisfy { $0.count == 40 })
        let bytes = try Data(contentsOf: matrix)
        #expect(String(decoding: bytes[10..<128], as: UTF8.self).contains("'shape': (\(rows.count), 40), }"))
        let floats = bytes.dropFirst(128).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        #expect(floats == rows.joined().map { Float($0) })
        let index = try String(contentsOf: scratch.appending(path: "all.csv"), encoding: .utf8)
        #expect(index.split(separator: "\n").count == rows.count + 1)

        // A table needs no features, and has the same matrix.
        let again = scratch.appending(path: "again.npy")
        let table = try RunningProgram(arguments + ["--features", again.path], scratch: scratch)
        await table.child.waitForExit()
        #expect(table.child.exitStatus == 0 && table.said.contains("wide.jpg, 40 insects"))
        #expect(try Data(contentsOf: again) == bytes)

        let wrong = try RunningProgram(arguments + ["--features", "/nowhere/all.npy"], scratch: scratch)
        await wrong.child.waitForExit()
        #expect(wrong.child.exitStatus == 1)
        #expect(wrong.said.contains("/nowhere/all.npy cannot be written") && !wrong.said.contains("insects"))
    }

    @Test func whatIsAskedHoldsForEveryFile() async throws {
        let scratch = try PackagePaths.scratch("infer-file")
        let images = ["upright", "wide"].map { "\(Self.models)/images/\($0).jpg" }
        let arguments = ["infer-file"] + images + ["--models", Self.models, "--pipeline", "tiny_pyramid", "--json"]
        let asked = #"{"max_detections": 5, "classification": false}"#
        let worker = try RunningProgram(arguments + ["--task-config", asked], scratch: scratch)
        await worker.child.waitForExit()
        #expect(worker.child.exitStatus == 0, "\(worker.said)")
        let results = try worker.said.split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(results.map { ($0["detections"] as? [Any])?.count } == [5, 5])
        #expect(results.allSatisfy { ($0["config"] as? [String: Any])?["max_detections"] as? Int == 5 })
        let wrong = try RunningProgram(arguments + ["--task-config", #"{"top_k": 0}"#], scratch: scratch)
        await wrong.child.waitForExit()
        #expect(wrong.child.exitStatus == 1 && wrong.said.contains("config.top_k is 0, outside 1 to 1000000"))
    }

    @Test func boxesThatExistAreNamedAndComeBackAsTheyWere() async throws {
        let scratch = try PackagePaths.scratch("infer-file")
        let images = ["upright", "wide"].map { "\(Self.models)/images/\($0).jpg" }
        let known = scratch.appending(path: "known.json")
        let algorithm = #""algorithm":{"name":"Drawn by hand","key":"hand"}"#
        let image = #""source_image":{"url":"https://images.example/a/upright.jpg?signed=1"}"#
        let boxes = [#"{"x1":10.5,"y1":10,"x2":60,"y2":60}"#, #"{"x1":90000,"y1":0,"x2":90001,"y2":9}"#]
        let list = boxes.map { #"{\#(image),"bbox":\#($0),\#(algorithm)}"# }.joined(separator: ",")
        try Data("[\(list)]".utf8).write(to: known)
        let arguments = ["infer-file"] + images + ["--models", Self.models, "--pipeline", "tiny_pyramid"]
        let json = try RunningProgram(arguments + ["--json", "--detections", known.path], scratch: scratch)
        await json.child.waitForExit()
        #expect(json.child.exitStatus == 0, "\(json.said)")
        let results = try json.said.split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        // An image without detections is searched.
        #expect(results.map { ($0["detections"] as? [Any])?.count } == [2, 40])
        let found = try #require(results[0]["detections"] as? [[String: Any]])
        #expect(found[0]["bbox"] as? [String: Double] == ["x1": 10.5, "y1": 10, "x2": 60, "y2": 60])
        #expect(found.map { ($0["algorithm"] as? [String: String])?["key"] } == ["hand", "hand"])
        #expect((found[0]["classifications"] as? [Any])?.isEmpty == false)
        #expect((found[1]["classifications"] as? [Any])?.isEmpty == true)
        #expect((results[0]["errors"] as? [String])?.first?.hasPrefix("detections[1] lies outside") == true)

        let table = try RunningProgram(arguments + ["--detections", known.path], scratch: scratch)
        await table.child.waitForExit()
        #expect(table.said.contains("upright.jpg, 2 insects") && table.said.contains("lies outside the image"))

        try Data(#"[{\#(image),"bbox":{}}]"#.utf8).write(to: known)
        let wrong = try RunningProgram(arguments + ["--detections", known.path], scratch: scratch)
        await wrong.child.waitForExit()
        #expect(wrong.child.exitStatus == 1)
        #expect(wrong.said.contains("has no algorithm with a name and a key"), "\(wrong.said)")
    }
}
