import ArgumentParser
import Logging
import Settings
import Telemetry
import Transport
import Worker

/// Parses a command line, runs the command and turns every ending into an exit status.
enum CommandRunner {
    /// Runs a command line.
    ///
    /// - Parameters:
    ///   - root: The root command.
    ///   - arguments: The command line without the program's name.
    ///   - signals: Told whether the command handles signals by itself.
    ///   - output: Writes what was asked for, such as help; throws when it cannot.
    ///   - complain: Takes why it failed.
    /// - Returns: A status of ``ExitStatus``, or the one a command asked for with `ExitCode`.
    static func run(
        _ root: any ParsableCommand.Type,
        arguments: [String],
        signals: ProcessSignals = .shared,
        output: (_ message: String) throws -> Void = { try Output.standard.print($0) },
        complain: (_ message: String) -> Void = { Output.error.offer("\($0)\n") }
    ) async -> Int32 {
        var isRole = false
        // Names and sentences from elsewhere are in it.
        func say(_ message: String) { complain(message.visibleLines) }
        do {
            var command = try root.parseAsRoot(arguments)
            isRole = command is any RoleCommand
            if !isRole { signals.endProcess() }
            if var asynchronous = command as? any AsyncParsableCommand {
                try DescriptorLimit.requireLeast()
                await DescriptorLimit.openTimers()
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.success
        } catch let error as SettingsError {
            say("\(error)\nAll settings: docs/configuration.md. What is in force: antenna-worker check")
            return ExitStatus.usage
        } catch {
            return finish(root, with: error, isRole: isRole, output: output, complain: say)
        }
    }

    /// Says why a command ended, which may be that it was asked for help.
    private static func finish(
        _ root: any ParsableCommand.Type,
        with error: any Error,
        isRole: Bool,
        output: (String) throws -> Void,
        complain: (String) -> Void
    ) -> Int32 {
        let code = root.exitCode(for: error)
        let message = root.fullMessage(for: error)
        do {
            if isRole, !code.isSuccess, LoggingSetup.isInForce, !Terminal.error.isInteractive {
                Logger(label: "antenna-worker").critical(
                    "The command has failed",
                    metadata: [LogKey.error: "\(message)"]
                )
            } else if !code.isSuccess, !message.isEmpty {
                complain(message)
            } else if !message.isEmpty {
                try output(message)
            }
        } catch {
            complain("\(error)")
            return ExitStatus.failure
        }
        return code == .validationFailure ? ExitStatus.usage : code.rawValue
    }
}
