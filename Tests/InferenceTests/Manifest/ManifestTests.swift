import FoundationEssentials
import Inference
import JSON
import Testing

@Suite("The manifest names every mistake at once")
struct ManifestTests {
    @Test("A complete manifest reads")
    func reads() throws {
        let manifest = try ManifestFixture().manifest()
        #expect(manifest.slug == "moths")
        #expect(manifest.version == 3)
        #expect(manifest.detector.algorithm.key == "blob_detector_2")
        #expect(manifest.detector.scoreThreshold == 0.5)
        #expect(manifest.detector.maximumDetections == 500)
        #expect(manifest.binaryFilter?.passingLabels == [0])
        #expect(manifest.binaryFilter?.algorithm.key == "moth_nonmoth_classifier")
        #expect(manifest.classifiers.first?.labels == ["a", "b", "c"])
        #expect(manifest.classifiers.first?.algorithm.file.hasSuffix("/moths/classifier.onnx") == true)
    }

    @Test("A pipeline may consist of a detector alone")
    func detectorAlone() throws {
        var fixture = try ManifestFixture()
        fixture.replace(#","binary_filter""#, with: "}#cut#")
        fixture.text = String(fixture.text.prefix { $0 != "#" })
        #expect(try fixture.manifest().classifiers.isEmpty)
    }

    private static let second =
        #"{"name":"More","file":"filter.onnx","labels":["d","e"],"features":4,"input":{"size":[32,32]}}"#

    /// The fixture with a list of its classifier and of others.
    private func several(_ others: [String]) throws -> ManifestFixture {
        var fixture = try ManifestFixture()
        fixture.replace(#""classifier":{"#, with: #""classifiers":[{"#)
        fixture.replace(#""antialias":true}}}"#, with: #""antialias":true}}"# + others.map { ",\($0)" }.joined() + "]}")
        return fixture
    }

    @Test("A list of classifiers is read in its order, of one as of several")
    func classifiers() throws {
        let manifest = try several([Self.second]).manifest()
        #expect(manifest.classifiers.map(\.algorithm.key) == ["colours", "more"])
        #expect(manifest.classifiers.map(\.labels.count) == [3, 2])
        #expect(manifest.classifiers.map(\.featureCount) == [nil, 4] && manifest.hasFeatures)
        #expect(manifest.modelFiles().count == 3)
        #expect(manifest.registration.algorithms.map(\.key).suffix(2) == ["colours", "more"])
        #expect(try several([]).manifest().registration.json == ManifestFixture().manifest().registration.json)
    }

    @Test(
        "What is wrong with a list of classifiers is named with its place",
        arguments: [
            ("[]", "classifiers is no list of 1 to 8"), ("7", "classifiers is no list"),
            ("{}", "classifiers is no list"),
            ("[7]", "classifiers[0] is a number, not an object"),
            ("[\(second.replacing("32,32", with: "0,32"))]", "classifiers[0].input.size is 0"),
            ("[\(second),\(second)]", #"classifiers[1].key: two algorithms have the key "more""#),
            (
                #"[\#(second.replacing("\"features\"", with: "\"pass_labels\":[],\"x\""))]"#,
                "classifiers[0].x is not known"
            ),
            ("[\(Array(repeating: second, count: 9).joined(separator: ","))]", "classifiers is no list of 1 to 8"),
        ]
    )
    func wrongClassifiers(_ list: String, _ sentence: String) throws {
        var fixture = try several([])
        let start = try #require(fixture.text.firstRange(of: #""classifiers":["#))
        fixture.text = fixture.text[..<start.lowerBound] + "\"classifiers\":\(list)}"
        let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }

    @Test("One classifier and a list of them is a mistake")
    func bothClassifiers() throws {
        var fixture = try ManifestFixture()
        fixture.replace(#""version":3,"#, with: #""version":3,"classifiers":[\#(Self.second)],"#)
        let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
        #expect(error?.mistakes.first?.hasPrefix("classifiers and classifier are both there") == true)
    }

    @Test("One mistake gives one sentence that names the key", arguments: ManifestMistake.all)
    func names(mistake: ManifestMistake) throws {
        var fixture = try ManifestFixture()
        fixture.replace(mistake.original, with: mistake.replacement)
        let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
        #expect(error?.mistakes.count == 1, "\(error?.description ?? "")")
        #expect(error?.mistakes.first?.contains(mistake.sentence) == true, "\(error?.description ?? "")")
    }

    @Test("Ten mistakes give ten sentences")
    func namesAll() throws {
        var fixture = try ManifestFixture()
        var count = 0
        // Those that concern the whole file hide the others, and one place can be wrong in one way only.
        for mistake in ManifestMistake.all where !mistake.isFatal && fixture.text.contains(mistake.original) {
            fixture.replace(mistake.original, with: mistake.replacement)
            count += 1
        }
        let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
        #expect(count >= 10)
        #expect(error?.mistakes.count == count, "\(error?.description ?? "")")
    }

    @Test("Labels come from a file of lines or of JSON", arguments: ["labels.txt", "labels.json"])
    func labelFiles(name: String) throws {
        var fixture = try ManifestFixture()
        fixture.replace(#""labels":["a","b","c"]"#, with: #""labels_file":"\#(name)""#)
        #expect(try fixture.manifest().classifiers.first?.labels == ["x y", "z"])
    }

    @Test("A missing file is one mistake, not a crash")
    func missing() {
        let error = #expect(throws: ManifestError.self) { try PipelineManifest(directory: "/nowhere/at-all") }
        #expect(error?.mistakes == ["the file cannot be read"])
    }

    @Test("Bytes cut short at any place are refused")
    func truncated() throws {
        let fixture = try ManifestFixture()
        let bytes = Array(fixture.text.utf8)
        for length in 0..<bytes.count {
            #expect(throws: ManifestError.self) {
                try PipelineManifest(json: Array(bytes.prefix(length)), directory: fixture.directory)
            }
        }
    }

    @Test("Nesting without end is refused")
    func deepNesting() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: ManifestError.self) { try PipelineManifest(json: bytes, directory: "/x") }
    }

    @Test(
        "Slugs follow Antenna's rule",
        arguments: [
            ("Moth / Non-Moth Classifier", "moth_nonmoth_classifier"),
            ("FasterRCNN for AMI Moth Traps 2023", "fasterrcnn_for_ami_moth_traps_2023"),
            ("Québec", "qubec"),
            (" - Trimmed / Twice - ", "trimmed_twice"),
        ]
    )
    func slugs(name: String, key: String) {
        #expect(PipelineManifest.key(for: name) == key)
    }
}

/// One wrong place in the fixture and the words its sentence must have.
struct ManifestMistake: Sendable, CustomTestStringConvertible {
    let original: String
    let replacement: String
    let sentence: String
    var isFatal = false

    var testDescription: String { sentence }

    static let all = [
        ManifestMistake(original: #""slug":"moths""#, replacement: #""slug":"other""#, sentence: "the folder is"),
        ManifestMistake(original: #""slug":"moths","#, replacement: "", sentence: "slug is missing", isFatal: true),
        ManifestMistake(original: #""name":"Moths""#, replacement: #""name":7"#, sentence: "name is a number"),
        ManifestMistake(original: #""name":"Moths""#, replacement: #""name":" ""#, sentence: "name is empty"),
        ManifestMistake(original: #""version":3"#, replacement: #""version":2.5"#, sentence: "whole number"),
        ManifestMistake(
            original: #""version":3"#,
            replacement: #""version":3,"version":3"#,
            sentence: "is declared twice"
        ),
        ManifestMistake(
            original: #""version":3"#,
            replacement: #""version":3,"vers":1"#,
            sentence: "vers is not known"
        ),
        ManifestMistake(original: "detector.onnx", replacement: "gone.onnx", sentence: "gone.onnx, which is not there"),
        ManifestMistake(original: #""shorter_side":540"#, replacement: #""shorter_side":5"#, sentence: "outside 16"),
        ManifestMistake(
            original: #""shorter_side":540"#,
            replacement: #""shorter_side":2000"#,
            sentence: "greater than"
        ),
        ManifestMistake(
            original: #""interpolation":"bilinear""#,
            replacement: #""interpolation":"cubic""#,
            sentence: "cubic"
        ),
        ManifestMistake(original: #""antialias":false"#, replacement: #""antialias":0"#, sentence: "not true or false"),
        ManifestMistake(original: "[0.5,0.5,0.5]", replacement: "[0.5,0.5]", sentence: "mean has 2 values"),
        ManifestMistake(original: "[0.2,0.2,0.2]", replacement: "[0.2,0,0.2]", sentence: "std is 0.0, outside"),
        ManifestMistake(
            original: #""score_threshold":0.5"#,
            replacement: #""score_threshold":1.5"#,
            sentence: "outside 0.0 to 1.0"
        ),
        ManifestMistake(
            original: #""score_threshold":0.5"#,
            replacement: #""score_threshold":null"#,
            sentence: "is null"
        ),
        ManifestMistake(
            original: #""pass_labels":["moth"]"#,
            replacement: #""pass_labels":["bat"]"#,
            sentence: "\"bat\""
        ),
        ManifestMistake(
            original: #""pass_labels":["moth"]"#,
            replacement: #""pass_labels":[]"#,
            sentence: "pass_labels is empty"
        ),
        ManifestMistake(original: #""size":[64,64]"#, replacement: #""size":64"#, sentence: "an array of 2"),
        ManifestMistake(original: #"["a","b","c"]"#, replacement: #"["a","b","a"]"#, sentence: "\"a\" twice"),
        ManifestMistake(original: #"["a","b","c"]"#, replacement: #"["a",1]"#, sentence: "not a list of strings"),
        ManifestMistake(
            original: #""labels":["a","b","c"]"#,
            replacement: #""labels_file":"none.txt""#,
            sentence: "cannot be read"
        ),
        ManifestMistake(
            original: #""name":"Colours""#,
            replacement: #""name":"Moth / Non-Moth Classifier""#,
            sentence: "two algorithms have the key"
        ),
        ManifestMistake(
            original: #""labels":["a","b","c"]"#,
            replacement: #""labels":["a","b","c"],"features":0"#,
            sentence: "classifier.features is 0, outside 1 to 8192"
        ),
        ManifestMistake(
            original: #""labels":["a","b","c"]"#,
            replacement: #""labels":["a","b","c"],"features":1000000000"#,
            sentence: "classifier.features is 1000000000, outside 1 to 8192"
        ),
        ManifestMistake(
            original: #""labels":["a","b","c"]"#,
            replacement: #""labels":["a","b","c"],"features":"features""#,
            sentence: "classifier.features is a string, not a whole number"
        ),
        ManifestMistake(
            original: #""pass_labels":["moth"]"#,
            replacement: #""pass_labels":["moth"],"features":3"#,
            sentence: "binary_filter.features is not known here"
        ),
        ManifestMistake(original: #"{"slug""#, replacement: #"["slug""#, sentence: "not JSON", isFatal: true),
        ManifestMistake(original: "3,", replacement: "03,", sentence: "03 is no number", isFatal: true),
    ]
}
