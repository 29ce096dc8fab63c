import TestSupport
import Testing
import Worker

@testable import AntennaWorker

@Suite("models list")
struct ModelTableTests {
    @Test("the list has a line for each algorithm")
    func list() throws {
        let manifests = try InferenceAssembly.readManifests(
            in: "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity",
            slugs: []
        )
        let lines = "\(ModelTable(manifests))".split(separator: "\n").map { $0.split { $0 == " " }.map(String.init) }
        #expect(
            lines.map(\.first) == [
                "pipeline", "tiny_pyramid", "detector", "filter", "classifier", "tiny_single_level", "detector",
                "classifier",
            ]
        )
        #expect(lines[1] == ["tiny_pyramid", "version", "1", "Tiny", "trunk"])
        #expect(lines[2].prefix(6) == ["detector", "160–267", "–", "–", "0.3", "MB"])
        #expect(lines[4].prefix(6) == ["classifier", "75×75", "5", "40", "0.1", "MB"])
    }
}
