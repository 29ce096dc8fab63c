import Foundation
import JSON
import TestSupport
import Testing

@testable import Worker

/// Roles that cannot start: what they say, in which form, and the status that keeps a supervisor from trying again.
@Suite("A role that cannot start", .timeLimit(.minutes(5)))
struct FailedStartTests {
    private static let fixtures = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
    private static let antenna = ["--base-url", "http://127.0.0.1:9/api/v2", "--admin-port", "0", "--spool", "s"]

    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let status: Int32
        let says: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let cases = [
        Case(arguments: ["run", "--bogus"], status: 2, says: ["Unknown option '--bogus'"]),
        Case(
            arguments: ["run", "--admin-port", "99999", "--grace", "soon"],
            status: 2,
            says: ["--admin-port", "--grace"]
        ),
        Case(
            arguments: ["run", "--models", fixtures, "--admin-port", "0"],
            status: 2,
            says: ["nothing says where Antenna is", "--base-url"]
        ),
        Case(arguments: ["relay", "--pipeline", "demo"], status: 2, says: ["nothing says where Antenna is"]),
        Case(
            arguments: ["fetch", "--pipeline", "demo", "--admin-port", "0"],
            status: 2,
            says: ["--redis-url-file"]
        ),
        Case(
            arguments: ["run", "--models", fixtures, "--pipeline", "tiny_pyramit"] + antenna,
            status: 78,
            says: ["There is no pipeline tiny_pyramit", "tiny_single_level", "did you mean tiny_pyramid?"]
        ),
        Case(
            arguments: ["run", "--models", "no-such-folder"] + antenna,
            status: 78,
            says: ["There is no folder no-such-folder"]
        ),
        Case(
            arguments: ["run", "--models", fixtures, "--pipeline", "tiny_pyramid", "--device", "cuda:63"] + antenna,
            status: 78,
            says: ["cuda:63"]
        ),
    ]

    @Test("says why in lines of JSON alone, and ends with its status", arguments: cases)
    func refused(_ refusal: Case) async throws {
        let program = try RunningProgram(refusal.arguments)
        let (status, said) = try await program.end()
        #expect(status == refusal.status, "\(said)")
        for text in refusal.says { #expect(said.contains(text), "\(said)") }
        for line in said.split(separator: "\n") {
            #expect((try? JSONValue(parsing: Array(line.utf8)))?.object != nil, "\(line)")
        }
    }

    @Test("says it in text where that is set, also before the settings are read")
    func text() async throws {
        for arguments in [["run", "--bogus", "--log-format", "text"], ["run", "--log-format=text", "--grace", "x"]] {
            let (status, said) = try await RunningProgram(arguments).end()
            #expect(status == ExitStatus.usage)
            #expect(said.contains(" CRITICAL "), "\(said)")
        }
    }

    @Test("for want of a manifest names the file, and a spool that can be none is said to be so, with what to do")
    func files() async throws {
        let folder = try PackagePaths.scratch("models")
        try FileManager.default.createDirectory(atPath: "\(folder.path)/moths", withIntermediateDirectories: true)
        let file = folder.appending(path: "file").path
        try Data("x".utf8).write(to: URL(filePath: file))
        let cases = [
            (
                ["--models", folder.path, "--pipeline", "moths", "--spool", "s"],
                "moths/pipeline.json cannot be read: No "
            ),
            (["--models", PackagePaths.models, "--spool", "\(file)/spool"], "choose another folder with --spool"),
        ]
        for (arguments, sentence) in cases {
            let antenna = ["--base-url", "http://127.0.0.1:9/api/v2", "--admin-port", "0"]
            let (status, said) = try await RunningProgram(["run"] + arguments + antenna).end()
            #expect(status == ExitStatus.configuration && said.contains(sentence), "\(said)")
        }
    }

    @Test("for want of a model names the file and what is wrong with it")
    func model() async throws {
        let folder = try PackagePaths.scratch("models")
        let pipeline = folder.appending(path: "demo")
        try FileManager.default.copyItem(atPath: "\(PackagePaths.models)/demo", toPath: pipeline.path)
        let file = pipeline.appending(path: "classifier.onnx")
        let whole = try Data(contentsOf: file)
        for (bytes, sentence) in [
            (Data("version https://git-lfs.github.com/spec/v1\n".utf8), "run git lfs pull"),
            (whole.prefix(whole.count / 2), "is cut off: it has \(whole.count / 2) bytes"),
            (Data(), "is empty"),
        ] {
            try bytes.write(to: file)
            let program = try RunningProgram(["run", "--models", folder.path, "--pipeline", "demo"] + Self.antenna)
            let (status, said) = try await program.end()
            #expect(status == ExitStatus.configuration, "\(said)")
            #expect(said.contains("classifier.onnx") && said.contains(sentence), "\(said)")
        }
    }
}
