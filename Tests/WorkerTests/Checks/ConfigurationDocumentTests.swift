import Foundation
import TestSupport
import Testing

@testable import Worker

@Suite("The documentation of the settings")
struct ConfigurationDocumentTests {
    @Test("is what the catalogue says; if not: antenna-worker check --markdown > docs/configuration.md")
    func upToDate() throws {
        let committed = try String(contentsOfFile: "\(PackagePaths.root)/docs/configuration.md", encoding: .utf8)
        #expect(committed == ConfigurationDocument.markdown)
    }
}
