import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import AntennaWorker

/// Whoever is called at night types what a page says: what the program does not know, or never says, costs them the night.
@Suite("What runbooks say")
struct RunbookTests {
    private static let table = "docs/operators.md"
    private static let index = "docs/runbooks/README.md"
    private let pages: [String: String]

    init() throws {
        pages = try PackageFiles.texts(at: "docs/runbooks", Self.table)
    }

    @Test("every command of the program is understood by its parser")
    func commands() {
        var lines: [[String]: String] = [:]
        for (page, text) in pages where page != Self.table {
            for line in CommandLines.inSpans(of: text) + CommandLines.inBlocks(of: text) { lines[line] = page }
        }
        #expect(lines.count > 10)
        for (line, page) in lines {
            // What a reader fills in is nothing to a parser of numbers and names.
            let line = line.map { ["N": "1", "ROLE": "infer"][$0] ?? $0 }
            #expect(throws: Never.self, "\(page): antenna-worker \(line.joined(separator: " "))") {
                _ = try AntennaWorkerCommand.parseAsRoot(line)
            }
        }
    }

    @Test("every flag is one of the program's")
    func flags() {
        let known = Self.flags(of: AntennaWorkerCommand.self)
        for (page, text) in pages where page != Self.table {
            for span in CommandLines.spans(of: text) where span.hasPrefix("--") {
                let flag = span.prefix { $0 != " " && $0 != "=" }
                #expect(known.contains(String(flag)) || flag == "--ulimit", "\(page): \(flag)")
            }
        }
    }

    @Test("every sentence that is quoted from the log or an answer is in the sources")
    func sentences() throws {
        let sources = try PackageFiles.texts(at: "Sources").filter { $0.key.hasSuffix(".swift") }
        // Long ones are written in parts.
        let said = [#""\s*\+\s*""#, #"\\\n\s*"#].reduce(sources.values.joined(separator: "\n")) {
            $0.replacingOccurrences(of: $1, with: "", options: .regularExpression)
        }
        var count = 0
        for (page, text) in pages {
            for quote in Self.quotes(in: text, isTable: page == Self.table) {
                for part in quote.split(separator: /…|\bN\b/).map({ $0.trimmingCharacters(in: Self.blanks) })
                where part.contains(" ") {
                    count += 1
                    // The sources are not to be told as what was expected.
                    let isSaid = said.contains(part)
                    #expect(isSaid, "\(page): \(part)")
                }
            }
        }
        #expect(count > 40)
    }

    @Test("every placeholder of a command is explained where they all are")
    func placeholders() throws {
        let index = try #require(pages[Self.index])
        let explained = Set(index.matches(of: /(?m)^\| `([A-Z:]+)`/).flatMap { $0.output.1.split(separator: ":") })
        #expect(explained.contains("SLUG"))
        for (page, text) in pages where page != Self.table {
            for span in CommandLines.spans(of: text) where span.contains(" ") && span.first?.isLowercase == true {
                for match in span.matches(of: /\b[A-Z]{2,}\b/) where !Self.foreign.contains(match.output) {
                    #expect(explained.contains(match.output), "\(page): \(match.output) in \(span)")
                }
            }
        }
    }

    private static let blanks = CharacterSet(charactersIn: " .,")
    /// Capital words in commands of other programs that stand for themselves.
    private static let foreign: Set<Substring> = ["TERM", "USR"]

    /// What libraries and other programs say, or what is put together where it is said.
    private static let elsewhere: Set<Substring> = [
        ".half.onnx is not there", "self-signed certificate", "slower than 512 bytes/s", "would have more than 256 MiB",
    ]

    /// The code spans that quote the program: sentences, and in the table of symptoms parts of them.
    private static func quotes(in text: String, isTable: Bool) -> [Substring] {
        guard isTable else {
            return CommandLines.spans(of: text).filter { $0.contains(" ") && $0.first?.isUppercase == true }
        }
        let symptoms = text.split(separator: "\n").drop { $0 != "## When something is wrong" }
            .prefix { $0 != "## What was seen" }
        return symptoms.filter { $0.hasPrefix("| ") }.flatMap { line in
            CommandLines.spans(of: String(line.split(separator: "|")[0]))
        }.filter { $0.contains(" ") && !elsewhere.contains($0) }
    }

    private static func flags(of command: any ParsableCommand.Type) -> Set<String> {
        let words = command.helpMessage(includeHidden: true, columns: 500).split { " /,[]<>\n".contains($0) }
        return command.configuration.subcommands.reduce(into: Set(words.filter { $0.hasPrefix("--") }.map(String.init)))
        {
            $0.formUnion(flags(of: $1))
        }
    }
}
