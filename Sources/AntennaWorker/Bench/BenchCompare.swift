import ArgumentParser
import Lab
import Worker

/// Sets two measurements beside each other.
struct BenchCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Set two files that --json has written beside each other.",
        discussion: "Prints each figure of A and B, and B divided by A."
    )

    @Argument(help: "The first, such as before a change.") var a: String
    @Argument(help: "The second, such as after it.") var b: String

    func run() throws {
        try Output.standard.print(BenchComparison(BenchReport.read(a), BenchReport.read(b)).text)
    }
}
