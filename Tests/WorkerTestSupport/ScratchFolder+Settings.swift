import ArgumentParser
package import Settings
package import TestSupport

extension ScratchFolder {
    /// The settings of a process that was started here, with every flag there is.
    package func resolve(
        flags: [String] = [],
        environment: [String: String] = [:],
        programFolder: String? = nil
    ) throws -> ResolvedSettings {
        let values = FlagValues(of: try EveryFlag.parse(flags))
        return ResolvedSettings(
            flags: values,
            environment: environment,
            directory: directory,
            programFolder: programFolder
        )
    }
}
