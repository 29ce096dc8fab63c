import Foundation
import Inference
import Pipeline
import Settings
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

@Suite("What results tell, put together")
struct ToldContentsTests {
    private let fixture: ScratchFolder

    init() throws {
        fixture = try ScratchFolder()
    }

    /// The stages of a worker of the demo pipeline, whose classifier's manifest is changed.
    private func stages(
        _ flags: [String] = [],
        features: String = "4",
        log: CapturedLog = CapturedLog()
    ) throws -> WorkerStages {
        let demo = "\(PackagePaths.models)/demo"
        let text = try String(contentsOfFile: "\(demo)/pipeline.json", encoding: .utf8)
            .replacing(#""features": 4"#, with: #""features": \#(features)"#)
        let manifest = try PipelineManifest(json: Array(text.utf8), directory: demo)
        return try WorkerStages(settings: fixture.resolve(flags: flags).settings, logger: log.logger) { _ in
            InferenceAssembly(catalogue: PipelineCatalogue([manifest]), engines: [])
        }
    }

    @Test("Features that are asked for and not there are said at the start")
    func withoutFeatures() throws {
        for (flags, features, warnings) in [
            ([], "null", 0), (["--include-features"], "4", 0), (["--include-features"], "null", 1),
        ] as [([String], String, Int)] {
            let log = CapturedLog()
            _ = try stages(flags, features: features, log: log)
            #expect(log.warnings.count == warnings)
            #expect(log.warnings.allSatisfy { $0.contains("come without features") && $0.contains("demo") })
        }
    }

    @Test("A kept answer is of other models as soon as something else is told")
    func description() throws {
        let told = [
            try stages(), try stages(["--no-include-logits"]), try stages(["--include-features"]),
            try stages(["--include-features"], features: "5"), try stages(["--scores", "top:3"]),
        ]
        #expect(Set(told.map(\.modelsDescription)).count == told.count)
        #expect(try stages().modelsDescription == stages(["--include-logits"]).modelsDescription)
    }
}
