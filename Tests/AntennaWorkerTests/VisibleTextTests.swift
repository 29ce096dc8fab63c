import Testing
import Transport

@testable import AntennaWorker
@testable import Worker

@Suite("Text from elsewhere on a terminal")
struct VisibleTextTests {
    private let hostile = "a\u{1b}]0;evil\u{7}\u{9b}2J\nb\u{202e}c"

    @Test("tables keep their columns and their lines")
    func table() {
        let lines = "\(TextTable(header: ["queue", "waiting"], rows: [[hostile, hostile], ["b", "2"]]))".split(
            separator: "\n"
        )
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { !$0.isInvisible } })
    }

    @Test("findings of a check and results of files are of the lines they should be")
    func reports() {
        let terminal = Terminal(isInteractive: false, hasColour: false)
        let finding = CheckReport.Finding.missing(hostile, hostile, remedy: hostile)
        #expect(finding.lines(on: terminal).count == 3)
        #expect(finding.lines(on: terminal).allSatisfy { $0.unicodeScalars.allSatisfy { !$0.isInvisible } })
    }

    @Test("why a command failed is said in its own lines")
    func complaint() async {
        var said: [String] = []
        _ = await CommandRunner.run(
            AntennaWorkerCommand.self,
            arguments: ["--\u{1b}[2J"],
            complain: { said.append($0) }
        )
        #expect(!said.isEmpty)
        #expect(said.joined().split(separator: "\n").allSatisfy { $0.unicodeScalars.allSatisfy { !$0.isInvisible } })
    }
}
