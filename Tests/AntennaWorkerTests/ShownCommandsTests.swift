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
            for line in CommandLines.inBlocks(of: text) {
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
            CommandLines.inBlocks(of: text) == [
                ["check"], ["run", "--token-file", "a file"], ["queue", "status"],
            ]
        )
    }
}
