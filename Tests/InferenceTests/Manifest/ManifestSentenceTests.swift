import Testing

@testable import Inference

/// What people read of a manifest that is wrong, word by word.
@Suite("Sentences about manifests")
struct ManifestSentenceTests {
    @Test(
        "name the line, and what is wrong there",
        arguments: [
            ("", "line 1: not JSON, a value is missing"),
            ("{\n", "line 2: not JSON, a key in double quotes is missing"),
            ("{\n\n\"a\" 1}", "line 3: not JSON, a colon is missing after \"a\""),
            ("{\"a\":1\n\"b\":2}", "line 2: not JSON, a comma or a closing brace is missing"),
            ("{\"a\":[1\n2]}", "line 2: not JSON, a comma or a closing bracket is missing"),
            ("{\"a\":1,\n}", "line 2: not JSON, a key in double quotes is missing"),
            ("[1,\n]", "line 2: not JSON, a value is missing"),
            ("{\"a\":\ntru}", "line 2: not JSON, a value is missing"),
            ("{\"a\":03}", "line 1: not JSON, 03 is no number"),
            ("{\"a\":1.}", "line 1: not JSON, 1. is no number"),
            ("{\"a\":-}", "line 1: not JSON, - is no number"),
            ("{\"a\":1e400}", "line 1: not JSON, 1e400 is no number"),
            ("{\"a\":NaN}", "line 1: not JSON, a value is missing"),
            ("{\"a\":\"x\ny\"}", "line 1: not JSON, a string is not closed on its line"),
            ("{\"a\":\"x", "line 1: not JSON, a string is not closed"),
            ("{\"a\":\"\\q\"}", "line 1: not JSON, an escape that JSON does not have"),
            ("{\"a\":\"\\u12\"}", "line 1: not JSON, \\u takes four hexadecimal digits"),
            ("{\"a\":\"\\ud800\"}", "line 1: not JSON, half a character"),
            ("{}\n{}", "line 2: not JSON, something stands after the end"),
            (String(repeating: "[", count: 100), "line 1: not JSON, nested too deeply"),
            ("\n[]", "line 2: the file is an array, not an object"),
        ]
    )
    func syntax(_ text: String, _ sentence: String) {
        let error = #expect(throws: ManifestError.self) {
            try PipelineManifest(json: Array(text.utf8), directory: "/moths")
        }
        #expect(error?.mistakes == [sentence])
    }

    @Test("tell of a file that has more values than any manifest")
    func manyValues() {
        let bytes = Array(("[" + String(repeating: "1,", count: 500_000) + "1]").utf8)
        let error = #expect(throws: ManifestError.self) { try PipelineManifest(json: bytes, directory: "/moths") }
        #expect(error?.mistakes == ["line 1: not JSON, more than 500000 values"])
    }

    @Test("tell of every member that is wrong, in the order of the checks, with the lines of keys and values")
    func members() throws {
        var fixture = try ManifestFixture()
        fixture.replace(#""version":3,"#, with: "\"version\":\n\"3\",\"version\":4,\n\"vers\":5,\n\"name\":\n\"B\",")
        fixture.replace("[0.5,0.5,0.5]", with: "[0.5,\n\"x\",\n11]")
        fixture.replace("[0.2,0.2,0.2]", with: "[0.2,0.2]")
        fixture.replace(#"["a","b","c"]"#, with: "[\"a\",\n1]")
        fixture.replace(#""size":[64,64]"#, with: "\"size\":[64,\n6.5]")
        fixture.replace(#""size":[32,32]"#, with: "\"size\":[0,5000]")
        fixture.replace(#""antialias":false"#, with: #""antialias":null,"antialias":0"#)
        let error = #expect(throws: ManifestError.self) { try fixture.manifest() }
        #expect(
            error?.mistakes == [
                "line 2: version is declared twice",
                "line 4: name is declared twice",
                "line 7: detector.input.antialias is declared twice",
                "line 7: detector.input.antialias is a number, not true or false",
                "line 9: detector.input.mean is a string, not a number",
                "line 10: detector.input.mean is 11.0, outside -10.0 to 10.0",
                "line 10: detector.input.std has 2 values, not 3",
                "line 12: binary_filter.input.size is 0, outside 1 to 4096",
                "line 12: binary_filter.input.size is 5000, outside 1 to 4096",
                "line 16: classifier.input.size is a number, not a whole number",
                "line 14: classifier.labels is a number, not a list of strings",
                "line 3: vers is not known here",
            ]
        )
    }
}
