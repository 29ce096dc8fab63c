import ArgumentParser
import TestSupport
import Testing

@testable import AntennaWorker

/// A command line in the documentation that the program does not take is worse than none.
@Suite("Command lines in the documentation")
struct ShownCommandsTests {
    @Test("are understood by the parser")
    func parse() throws {
        let files = try PackageFiles.texts(
            at: "README.md",
            "CONTRIBUTING.md",
            "docs",
            "models/demo/README.md",
            "deploy",
            "tools"
        )
        var count = 0
        for (file, text) in files where file.hasSuffix(".md") {
            for line in Self.commandLines(in: text) {
                count += 1
                #expect(throws: Never.self, "\(file): antenna-worker \(line.joined(separator: " "))") {
                    do {
                        _ = try AntennaWorkerCommand.parseAsRoot(line)
                    } catch  where AntennaWorkerCommand.exitCode(for: error).isSuccess {
                        // --help and --version are endings, too.
                    }
                }
            }
        }
        #expect(count > 3)
    }

    @Test("tell of every command there is")
    func commands() throws {
        let readme = try #require(try PackageFiles.texts(at: "README.md")["README.md"])
        for command in AntennaWorkerCommand.configuration.subcommands {
            let name = try #require(command.configuration.commandName)
            #expect(readme.contains("| `\(name)` |"), "the README has no row for \(name)")
        }
    }

    @Test("are found in shell blocks alone, without what the shell takes")
    func extraction() {
        let text = """
            Words about `antenna-worker nothing`.
            ```sh
            antenna-worker check   # a remark
            LIMIT=1 /usr/bin/time -v .build/release/antenna-worker run \\
                --token-file "a file" > log.txt 2>&1 &
            antenna-worker queue status | sort
            cd antenna-worker && ls
            ```
            ```
            antenna-worker is not a command here
            ```
            """
        #expect(
            Self.commandLines(in: text) == [
                ["check"], ["run", "--token-file", "a file"], ["queue", "status"],
            ]
        )
    }

    /// What may stand before the program when it is started.
    private static let starters: Set = ["sudo", "time", "/usr/bin/time", "-v"]

    /// The arguments of each call of the program in a text's shell blocks.
    private static func commandLines(in text: String) -> [[String]] {
        var lines: [[String]] = []
        var isShell = false
        for line in text.replacing(/\\\n\s*/, with: " ").split(separator: "\n") {
            let line = line.drop { $0 == " " }
            if line.hasPrefix("```") {
                isShell = !isShell && line.hasPrefix("```sh")
            } else if isShell {
                let words = words(of: line)
                guard let program = words.firstIndex(where: { $0.hasSuffix("antenna-worker") }) else { continue }
                // Behind anything else it is an argument: of cd, of a build, of a package manager.
                guard words[..<program].allSatisfy({ $0.contains("=") || starters.contains($0) }) else { continue }
                lines.append(
                    Array(
                        words[(program + 1)...].prefix { !["|", ">", ">>", "&", "&&", "<", "2>", "2>&1"].contains($0) }
                    )
                )
            }
        }
        return lines
    }

    /// Words between blanks, quotes respected, up to a remark.
    private static func words(of line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        for character in line {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else if quote == nil, character == "#", word.isEmpty {
                return words
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }
}
