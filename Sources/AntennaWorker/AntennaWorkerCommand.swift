import ArgumentParser
import Foundation

/// The program: every command it has is listed here.
@main
struct AntennaWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "antenna-worker",
        abstract: "Finds and names the insects in the images that Antenna queues.",
        discussion: """
            Start with 'antenna-worker demo', which needs no server. 'antenna-worker check' shows what is set, what is \
            missing and how to mend it. All settings are in docs/configuration.md.
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, DemoCommand.self, ServeCommand.self, RegisterCommand.self, CheckCommand.self,
            InferFileCommand.self, ModelsCommand.self, EnqueueCommand.self, QueueCommand.self, RelayCommand.self,
            FetchCommand.self, InferCommand.self, BenchCommand.self,
        ]
    )

    /// Ends the program with a status of ``ExitStatus``.
    ///
    /// At once: nothing waits in a buffer, and libraries with threads of their own are not taken down beneath them.
    static func main() async {
        ProcessStart.prepare()
        _exit(await CommandRunner.run(Self.self, arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
