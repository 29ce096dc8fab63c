import ArgumentParser
import Foundation

/// Parses a command line, runs the command and turns every ending into an exit status.
enum CommandRunner {
    /// Runs a command line.
    ///
    /// - Parameters:
    ///   - root: The root command.
    ///   - arguments: The command line without the program's name.
    ///   - print: Writes a whole message to standard output or standard error.
    /// - Returns: A status of ``ExitStatus``, or the one a command asked for with `ExitCode`.
    static func run(
        _ root: any ParsableCommand.Type,
        arguments: [String],
        print: (_ message: String, _ toError: Bool) -> Void = CommandRunner.write
    ) async -> Int32 {
        do {
            var command = try root.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.success
        } catch let error as SettingsError {
            print("\(error)\nAll settings: docs/configuration.md. What is in force: antenna-worker check", true)
            return ExitStatus.usage
        } catch {
            let code = root.exitCode(for: error)
            let message = root.fullMessage(for: error)
            if !message.isEmpty { print(message, !code.isSuccess) }
            return code == .validationFailure ? ExitStatus.usage : code.rawValue
        }
    }

    private static func write(_ message: String, toError: Bool) {
        let handle = toError ? FileHandle.standardError : FileHandle.standardOutput
        handle.write(Data("\(message)\n".utf8))
    }
}
