import ArgumentParser
import Settings
import TestSupport

@testable import AntennaWorker

extension ScratchFolder {
    /// The settings of a process that was started here as `check`, which takes every flag there is.
    func resolve(flags: [String] = [], environment: [String: String] = [:]) throws -> ResolvedSettings {
        let command = try CheckCommand.parse(flags)
        return ResolvedSettings(flags: FlagValues(of: command), environment: environment, directory: directory)
    }
}
