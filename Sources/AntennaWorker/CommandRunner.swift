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
        var isRole = Self.isRole(root, arguments)
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
        } catch let error where root.exitCode(for: error).isSuccess {
            do {
                let message = root.fullMessage(for: error)
                if !message.isEmpty { try output(message) }
                return ExitStatus.success
            } catch {
                say("\(error)")
                return ExitStatus.failure
            }
        } catch {
            if isRole, let log = LoggingSetup.lastWords(Self.logSettings(in: arguments)) {
                tell(error, of: root, log)
            } else if let error = error as? SettingsError {
                say("\(error)\nAll settings: docs/configuration.md. What is in force: antenna-worker check")
            } else {
                let message = root.fullMessage(for: error)
                if !message.isEmpty { say(message) }
            }
            return status(of: error, root)
        }
    }

    /// Whether a command line is one of a role, though nobody could read it.
    private static func isRole(_ root: any ParsableCommand.Type, _ arguments: [String]) -> Bool {
        root.configuration.subcommands.contains { $0 is any RoleCommand.Type && $0._commandName == arguments.first }
    }

    /// How the log looks, as far as it can be known of a command line that cannot be read.
    private static func logSettings(in arguments: [String]) -> LogSettings.Values {
        var flags = FlagValues()
        let format = LogSettings().format
        let flag = "--\(format.commandLineFlag)"
        if let index = arguments.lastIndex(of: flag), arguments.indices.contains(index + 1) {
            flags.set(format, arguments[index + 1])
        } else if let argument = arguments.last(where: { $0.hasPrefix("\(flag)=") }) {
            flags.set(format, String(argument.dropFirst(flag.count + 1)))
        }
        return ResolvedSettings(flags: flags).settings.log
    }

    /// Says in a role's log why it ends: a line for each mistake in the settings.
    private static func tell(_ error: any Error, of root: any ParsableCommand.Type, _ log: Logger) {
        guard let settings = error as? SettingsError else {
            log.critical("The command has failed", metadata: [LogKey.error: "\(root.message(for: error))"])
            return
        }
        for mistake in settings.mistakes {
            log.critical(
                "A setting is wrong",
                metadata: [LogKey.setting: "\(mistake.place)", LogKey.reason: "\(mistake.reason)"]
            )
        }
    }

    private static func status(of error: any Error, _ root: any ParsableCommand.Type) -> Int32 {
        if error is SettingsError { return ExitStatus.usage }
        if let status = ExitStatus.status(of: error) { return status }
        let code = root.exitCode(for: error)
        return code == .validationFailure ? ExitStatus.usage : code.rawValue
    }
}
