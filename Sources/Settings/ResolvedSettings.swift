import Foundation

/// The settings, where each came from, and what is wrong with them.
package struct ResolvedSettings: Sendable {
    /// The configuration file that is taken when it is there and no other is named.
    package static let defaultConfigFile = "antenna-worker.json"

    /// The folder of the program that runs, also when it was started by a link.
    package static var programFolder: String? {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .map { URL(filePath: $0).deletingLastPathComponent().path }
    }

    /// Everything that could be read, defaults for the rest.
    package let settings: WorkerSettings
    /// One for each setting of the catalogue.
    package let effective: [EffectiveSetting]
    /// Empty when the settings can be used.
    package let mistakes: [SettingMistake]
    /// The files that settings were read from, secrets' files apart.
    package let files: [String]

    /// Reads flags, environment, `.env` and configuration file, in the order in which they win.
    ///
    /// - Parameters:
    ///   - flags: What the command line said.
    ///   - environment: The variables of the process.
    ///   - directory: Where `.env`, the default configuration file and relative paths are.
    ///   - programFolder: Where the program is, and what came with it is looked for.
    package init(
        flags: FlagValues,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = FileManager.default.currentDirectoryPath,
        programFolder: String? = ResolvedSettings.programFolder
    ) {
        let files = SettingsFiles(directory: directory)
        let (dotEnv, dotEnvPath) = files.dotEnv()
        let configFile =
            flags.configFile ?? Self.nonEmpty(environment[Catalogue.configFileVariable])
            ?? Self.nonEmpty(dotEnv.variables[Catalogue.configFileVariable])
        var dotEnvLayer = SettingsLayer(.dotEnv, variables: dotEnv.variables)
        dotEnvLayer.mistakes.insert(contentsOf: dotEnv.mistakes, at: 0)
        let (configLayer, configPath) = files.configFile(configFile)
        let resolver = SettingsResolver(
            layers: [
                flags.layer,
                SettingsLayer(.environment, variables: environment),
                dotEnvLayer,
                configLayer,
                SettingsLayer.installation(of: programFolder, directory: directory),
            ],
            readFile: { path throws(ValueError) in try files.read(path) }
        )
        settings = WorkerSettings(resolver.values)
        effective = resolver.effective
        mistakes = resolver.mistakes
        self.files = [dotEnvPath, configPath].compactMap { $0 }
    }

    /// Reads the settings of this process, and sees that nothing is wrong with them.
    ///
    /// - Throws: ``SettingsError`` with every mistake, which ends the program with status 2.
    package static func load(_ flags: FlagValues) throws(SettingsError) -> ResolvedSettings {
        let resolved = ResolvedSettings(flags: flags)
        try resolved.check()
        return resolved
    }

    /// Sees that nothing is wrong with the settings.
    ///
    /// - Throws: ``SettingsError`` with every mistake.
    package func check() throws(SettingsError) {
        guard mistakes.isEmpty else { throw SettingsError(mistakes: mistakes) }
    }

    private static func nonEmpty(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension WorkerSettings {
    /// Reads and checks the settings of this process: the flags of a command, its environment and its working directory.
    ///
    /// - Throws: ``SettingsError`` with every mistake, which ends the program with status 2.
    package static func load(_ flags: FlagValues) throws(SettingsError) -> WorkerSettings {
        try ResolvedSettings.load(flags).settings
    }
}
