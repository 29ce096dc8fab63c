import Foundation
import TestSupport
import Testing

@testable import Inference

/// A manifest may be anybody's, be something else, or be damaged.
@Suite("Hostile manifests", .timeLimit(.minutes(5)))
struct HostileManifestTests {
    private static let words = [
        "null", "true", "{}", "[]", "[[[[", "\"\"", "\\u0000", "\\ud800", "\"../../x\"", "\"/etc/passwd\"", "1e308",
        "-0", "0.1e-320",
        "\"labels_file\":\"labels.txt\",", "\"size\":[0,-1]", "\"max_detections\":9e18,", "\"features\":-1,", "16385",
    ].map { Array($0.utf8) }

    @Test("100,000 of them are read or refused, and none ends the process")
    func fuzz() async throws {
        let fixture = try ManifestFixture()
        var (good, bad) = (0, 0)
        await aside {
            for (index, input) in FuzzInputs(of: [Array(fixture.text.utf8)], words: Self.words).enumerated() {
                // Tests beside this one wait for the same few threads.
                if index % 100 == 0 { await Task.yield() }
                do throws(ManifestError) {
                    let manifest = try PipelineManifest(json: input, directory: fixture.directory)
                    good += 1
                    #expect((1...100_000).contains(manifest.detector.maximumDetections))
                    #expect((16...16_384).contains(manifest.detector.input.longerSideMaximum))
                } catch {
                    bad += 1
                    #expect(!error.mistakes.isEmpty)
                }
            }
        }
        #expect(good > 1_000 && bad > 1_000)
    }

    @Test(
        "A file outside the folder of the pipelines is refused, wherever the path goes on to",
        arguments: [
            "../../x.onnx", "../../moths/detector.onnx", "a/../../../x", "/etc/passwd", "detector.onnx\\u0000",
            "..//../x",
        ]
    )
    func paths(path: String) throws {
        for (original, key) in [("detector.onnx", "detector.file"), ("filter.onnx", "binary_filter.file")] {
            var fixture = try ManifestFixture()
            fixture.replace("\"file\":\"\(original)\"", with: "\"file\":\"\(path)\"")
            let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
            #expect(
                error?.mistakes.contains { $0.hasPrefix(key) && $0.contains("leads out of") } == true,
                "\(error?.mistakes ?? [])"
            )
        }
        var fixture = try ManifestFixture()
        fixture.replace(#""labels":["a","b","c"]"#, with: "\"labels_file\":\"\(path)\"")
        let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
        #expect(error?.mistakes.contains { $0.contains("leads out of") } == true)
    }

    @Test("What pipelines share lies one level up")
    func shared() throws {
        var fixture = try ManifestFixture()
        fixture.replace("\"file\":\"detector.onnx\"", with: "\"file\":\"./../moths/./detector.onnx\"")
        #expect(throws: Never.self) { try fixture.manifest() }
    }

    @Test("A pipe, a folder and a device are no models, labels or manifests, and nobody waits for them")
    func noFiles() throws {
        let fixture = try ManifestFixture()
        let pipe = "\(fixture.directory)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        for name in ["pipe", "."] {
            var spoiled = fixture
            spoiled.replace("\"file\":\"detector.onnx\"", with: "\"file\":\"\(name)\"")
            spoiled.replace(#""labels":["a","b","c"]"#, with: "\"labels_file\":\"\(name)\"")
            let error = #expect(throws: ManifestError.self) { try spoiled.manifest() }
            #expect(error?.mistakes.count == 2, "\(error?.mistakes ?? [])")
        }
        #expect(RegularFile.contents(pipe) == nil && RegularFile.contents("/dev/zero") == nil)
        try FileManager.default.moveItem(atPath: pipe, toPath: "\(fixture.directory)/\(PipelineManifest.fileName)")
        #expect(throws: ManifestError.self) { try PipelineManifest(directory: fixture.directory) }
    }

    @Test("Lists of a million, and a million mistakes, are refused soon and in few words")
    func large() throws {
        let names = (0..<120_000).map { "\"\($0)\"" }.joined(separator: ",")
        let many = [
            "\"labels\":[\(names)]", "\"labels\":[\(String(repeating: "\"x\",", count: 120_000))\"x\"]",
            "\"labels\":[\(String(repeating: "1,", count: 1_000_000))1]",
        ]
        for labels in many {
            var fixture = try ManifestFixture()
            fixture.replace(#""labels":["a","b","c"]"#, with: labels)
            let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
            #expect((1...101).contains(error?.mistakes.count ?? 0))
        }
        var passing = try ManifestFixture()
        passing.replace(#""labels":["moth","nonmoth"]"#, with: "\"labels\":[\(names)]")
        passing.replace(#""pass_labels":["moth"]"#, with: "\"pass_labels\":[\(names)]")
        #expect(throws: ManifestError.self) { try passing.manifest() }
    }

    @Test(
        "A file larger than any manifest is not read",
        arguments: [RegularFile.maximumBytes, RegularFile.maximumBytes + 1]
    )
    func oversized(count: Int) throws {
        let fixture = try ManifestFixture()
        let path = "\(fixture.directory)/large"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        try #require(truncate(path, off_t(count)) == 0)
        #expect((RegularFile.contents(path)?.count == count) == (count == RegularFile.maximumBytes))
    }
}
