import Foundation
import Testing

@testable import AntennaWorker

@Suite("The documentation of the settings")
struct ConfigurationDocumentTests {
    @Test("is what the catalogue says; if not: antenna-worker check --markdown > docs/configuration.md")
    func upToDate() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let committed = try String(contentsOf: root.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
        #expect(committed == ConfigurationDocument.markdown)
    }
}
