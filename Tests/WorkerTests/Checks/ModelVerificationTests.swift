import Concurrency
import Foundation
import Inference
import Logging
import Settings
import Telemetry
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

@Suite("The models folder")
struct ModelVerificationTests {
    /// Copies the small pipelines of the parity fixtures, to be spoilt.
    private func models(_ spoil: (URL) throws -> Void = { _ in }) throws -> URL {
        let source = URL(filePath: "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity")
        let folder = try PackagePaths.scratch("models")
        for name in ["algorithms", "tiny_pyramid", "tiny_single_level"] {
            try FileManager.default.copyItem(at: source.appending(path: name), to: folder.appending(path: name))
        }
        try spoil(folder)
        return folder
    }

    private func settings(_ folder: URL) throws -> WorkerSettings {
        var settings = try ScratchFolder().resolve().settings
        settings.models.folder = folder.path
        settings.inference.threads = 1
        return settings
    }

    private func findings(_ folder: URL) throws -> [CheckReport.Finding] {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let verification = try ModelVerification(try settings(folder), logger: logger)
        return verification.slugs.flatMap(verification.findings)
    }

    @Test("pipelines that work are good")
    func good() throws {
        let findings = try findings(models())
        #expect(findings.map(\.status) == [.good, .good])
        #expect(findings.map(\.subject) == ["tiny_pyramid", "tiny_single_level"])
    }

    @Test("a graph of another role, a category map of another length and a missing file are all named")
    func wrong() throws {
        let findings = try findings(
            models { folder in
                let algorithms = folder.appending(path: "algorithms")
                try Data(#"["a","b"]"#.utf8).write(to: algorithms.appending(path: "tiny_trunk.labels.json"))
                try FileManager.default.removeItem(at: algorithms.appending(path: "tiny_filter.onnx"))
                try FileManager.default.copyItem(
                    at: algorithms.appending(path: "tiny_trunk.onnx"),
                    to: algorithms.appending(path: "tiny_filter.onnx")
                )
                try FileManager.default.removeItem(at: algorithms.appending(path: "tiny_convnext.onnx"))
            }
        )
        #expect(findings.map(\.status) == [.missing, .missing])
        for part in [
            "tiny_filter.onnx has the input crops float32 [?,3,75,75] instead of crops float32 [?,3,32,32]",
            "tiny_filter.onnx has the output logits float32 [?,5] instead of logits float32 [?,2]",
            "tiny_trunk.onnx has the output logits float32 [?,5] instead of logits float32 [?,2]",
        ] {
            #expect(findings[0].detail.contains(part), "\(findings[0].detail)")
        }
        #expect(findings[1].detail.contains("tiny_convnext.onnx, which is not there"))
    }

    @Test("a worker names all of it at its start, of every pipeline")
    func atTheStart() throws {
        let folder = try models { folder in
            for name in ["tiny_trunk", "tiny_convnext"] {
                let labels = folder.appending(path: "algorithms/\(name).labels.json")
                try Data(#"["only","two"]"#.utf8).write(to: labels)
            }
        }
        let error = #expect(throws: CommandFailure.self) {
            try InferenceAssembly(
                settings: try settings(folder),
                slugs: [],
                threads: BlockingPool(name: "test", threadCount: 1),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        for part in ["tiny_pyramid/pipeline.json", "tiny_trunk.onnx has", "tiny_convnext.onnx has", "[?,2]"] {
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
    }

    @Test(
        "threads of a device by the rule, unless they are set",
        arguments: [
            ([.cpu], 8, [8]), ([.cuda(0), .cuda(1)], 8, [1, 1]), ([.cpu, .cuda(0)], 8, [7, 1]),
            ([.cpu, .cuda(0), .tensorRT(1)], 2, [1, 1, 1]),
        ] as [([Device], Int, [Int])]
    )
    func threads(devices: [Device], cores: Int, expected: [Int]) {
        var inference = InferenceSettings.Values()
        inference.devices = devices.map(DeviceChoice.device)
        let processors = UsableProcessors(count: 2 * cores, cores: cores)
        #expect(devices.map { inference.threadCount(for: $0, processors: processors) } == expected)
        inference.threads = 3
        #expect(devices.allSatisfy { inference.threadCount(for: $0, processors: processors) == 3 })
        let automatic = InferenceSettings.Values()
        #expect(automatic.threadCount(for: .cpu, processors: processors) == cores)
    }

    @Test("a device that is not there is said of each pipeline")
    func device() throws {
        var settings = try settings(models())
        settings.inference.devices = [.device(.cuda(42))]
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let verification = try ModelVerification(settings, logger: logger)
        #expect(verification.findings(of: "tiny_pyramid").map(\.status) == [.missing])
        #expect(verification.findings(of: "tiny_pyramid")[0].detail.contains("cuda:42"))
    }

    @Test("half precision on CUDA without its graphs is missing something, and check says which command writes them")
    func halfGraphs() throws {
        let folder = try models()
        let manifest = try PipelineManifest(directory: folder.appending(path: "tiny_pyramid").path)
        let runtimes = InferenceRuntimes(survey: { .none("there is no NVIDIA GPU") }) { _ in WillingRuntime() }
        let check = { (precision: Precision) in
            DeviceCheck.findings(of: .device(.cuda(0)), precision, runtimes, [manifest])
        }
        #expect(check(.full).map(\.status) == [.good])
        for precision in [Precision.half, .mixed] {
            let finding = try #require(check(precision).first)
            #expect(finding.status == .missing)
            #expect(finding.detail.contains(".half.onnx is not there") && finding.detail.contains("tools/export/half"))
        }
        for name in ["tiny_pyramid_detector", "tiny_filter", "tiny_trunk"] {
            let graph = folder.appending(path: "algorithms/\(name).onnx")
            try FileManager.default.copyItem(at: graph, to: folder.appending(path: "algorithms/\(name).half.onnx"))
        }
        #expect(check(.half).first?.detail.contains("does not say which graph it was made of") == true)
        let demo = try PipelineManifest(directory: "\(PackagePaths.models)/demo")
        let finding = DeviceCheck.findings(of: .device(.cuda(0)), .half, runtimes, [demo]).first
        #expect(finding?.detail.contains("cuda:0 half, by Willing 1") == true)
    }

    @Test("a folder without pipelines is said")
    func empty() throws {
        let folder = try PackagePaths.scratch("empty")
        let error = #expect(throws: CommandFailure.self) { try findings(folder) }
        #expect(error?.description.contains(folder.path) == true)
    }
}

/// Has every device there is.
private final class WillingRuntime: InferenceRuntime {
    let name = "Willing"
    let version = "1"
    let libraryPath = "none"
    let opensSideBySide = true

    func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
        throw InferenceError(.invalidModel, operation: "model.load", message: "there are no models here")
    }

    func checkAvailability(of options: SessionOptions) throws(InferenceError) {}
}
