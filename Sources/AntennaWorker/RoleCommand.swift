import ArgumentParser
import Settings
import Worker

/// A command that works until it is told to stop, rather than doing one thing.
///
/// A signal that comes while it starts is kept until it listens, and what it has to say goes to its log.
protocol RoleCommand: AsyncParsableCommand {}

extension RoleCommand {
    /// Reads the settings and sets the log up, which is told of mistakes in them.
    ///
    /// - Throws: ``SettingsError`` with every mistake.
    func start() throws(SettingsError) -> ResolvedSettings {
        let resolved = ResolvedSettings(flags: FlagValues(of: self))
        LoggingSetup.bootstrap(resolved.settings.log)
        try resolved.check()
        return resolved
    }
}
