import TestSupport
import Testing
import WorkerTestSupport

@testable import Settings

@Suite("Settings that are wrong")
struct MistakeTests {
    private let fixture: ScratchFolder

    init() throws {
        fixture = try ScratchFolder()
    }

    @Test("every mistake of every origin is named at once")
    func all() throws {
        try fixture.write(
            #"{"antenna": {"lease": "soon", "bach_size": 3, "dialect": {}}, "imges": {}, "log": "loud"}"#,
            to: "antenna-worker.json"
        )
        try fixture.write("ANTENNA_WORKER_LOG_LEVEL=chatty\nnonsense\n", to: ".env")
        let resolved = try fixture.resolve(
            flags: ["--grace", "2d", "--device", "gpu"],
            environment: ["ANTENNA_WORKER_IMAGES_MAX_BYTE": "1MiB", "AMI_NUM_WORKERS": "many"]
        )
        let places = Set(resolved.mistakes.map(\.place))
        #expect(
            places == [
                "antenna.lease in antenna-worker.json", "antenna.bach_size in antenna-worker.json",
                "antenna.dialect in antenna-worker.json", "imges in antenna-worker.json", "log in antenna-worker.json",
                "ANTENNA_WORKER_LOG_LEVEL", ".env line 2", "--grace", "--device", "ANTENNA_WORKER_IMAGES_MAX_BYTE",
                "AMI_NUM_WORKERS",
            ]
        )
    }

    @Test("a misspelt name gets a suggestion")
    func suggestions() throws {
        try fixture.write(#"{"imges": {}, "antenna": {"bach_size": 3}}"#, to: "antenna-worker.json")
        let resolved = try fixture.resolve(environment: ["ANTENNA_WORKER_IMAGES_MAX_BYTE": "1MiB"])
        let reasons = resolved.mistakes.map(\.reason)
        #expect(reasons.contains { $0.contains("did you mean ANTENNA_WORKER_IMAGES_MAX_BYTES?") })
        #expect(reasons.contains { $0.contains("did you mean antenna.batch_size?") })
        #expect(reasons.contains { $0.contains("did you mean images?") })
    }

    @Test(
        "a file that is no object of settings is one mistake",
        arguments: ["", "{", "[]", "42", #"{"antenna": 1,}"#, "\u{FEFF}", #"{"source": ["a", ["b"]]}"#]
    )
    func brokenFile(text: String) throws {
        try fixture.write(text, to: "antenna-worker.json")
        #expect(try fixture.resolve().mistakes.count == 1)
    }

    @Test("what is wrong with a file's text is said with its line, and so is what is declared twice")
    func lines() throws {
        try fixture.write("{\n\"antenna\": {\n\"lease\": \"30s\"\n\"batch_size\": 3}}", to: "antenna-worker.json")
        #expect(
            try fixture.resolve().mistakes.map(\.description) == [
                "antenna-worker.json line 4: is not valid JSON: a comma or a closing brace is missing"
            ]
        )
        let text =
            "\u{FEFF}{\"antenna\": {\n\"lease\": \"30s\",\n\"lease\": \"40s\"},\n\"antenna\": {\"batch_size\": 3.0}}"
        try fixture.write(text, to: "antenna-worker.json")
        #expect(
            try fixture.resolve().mistakes.map(\.description) == [
                "antenna in antenna-worker.json: is declared twice, the second time on line 4"
            ]
        )
        #expect(try fixture.resolve().settings.antenna.batchSize == 3)
    }

    @Test("an address must be one of a web service, and its password is not repeated")
    func addresses() throws {
        for text in [
            "antenna.example.org", "ftp://antenna.example.org", "http://", "http://a/?b=c", "http://a/#b", "::",
        ] {
            #expect(try fixture.resolve(flags: ["--base-url", text]).mistakes.count == 1, "\(text)")
        }
        let mistakes = try fixture.resolve(flags: ["--base-url", "https://me:hunter2@antenna.example.org"]).mistakes
        #expect(mistakes.count == 1)
        #expect(!"\(SettingsError(mistakes: mistakes))".contains("hunter2"))
    }
}
