import Foundation

/// The settings, where each came from, and what is wrong with them.
struct ResolvedSettings: Sendable {
    /// The configuration file that is taken when it is there and no other is named.
    static let defaultConfigFile = "antenna-worker.json"

    /// Everything that could be read, defaults for the rest.
    let settings: WorkerSettings
    /// One for each setting of the catalogue.
    let effective: [SettingsResolver.Effective]
    /// Empty when the settings can be used.
    let mistakes: [SettingMistake]
    /// The files that settings were read from, secrets' files apart.
    let files: [String]

    /// Reads flags, environment, `.env` and configuration file, in the order in which they win.
    ///
    /// - Parameters:
    ///   - flags: What the command line said.
    ///   - environment: The variables of the process.
    ///   - directory: Where `.env`, the default configuration file and relative paths are.
    init(flags: FlagValues, environment: [String: String], directory: String = FileManager.default.currentDirectoryPath)
    {
        let files = SettingsFiles(directory: directory)
        let (dotEnv, dotEnvPath) = files.dotEnv()
        let configFile =
            flags.configFile ?? Self.nonEmpty(environment[Catalogue.configFileVariable])
            ?? Self.nonEmpty(dotEnv.variables[Catalogue.configFileVariable])
        var dotEnvLayer = SettingsLayer(.dotEnv, variables: dotEnv.variables)
        dotEnvLayer.mistakes.insert(contentsOf: dotEnv.mistakes, at: 0)
        let (configLayer, configPath) = files.configFile(configFile)
        var resolver = SettingsResolver(
            layers: [
                flags.layer,
                SettingsLayer(.environment, variables: environment),
                dotEnvLayer,
                configLayer,
            ],
            readFile: { path throws(ValueError) in try files.read(path) }
        )
        settings = WorkerSettings(from: &resolver)
        effective = resolver.effective
        mistakes = resolver.mistakes
        self.files = [dotEnvPath, configPath].compactMap { $0 }
    }

    /// The settings when nothing is wrong.
    ///
    /// - Throws: ``SettingsError`` with every mistake.
    func checked() throws(SettingsError) -> WorkerSettings {
        guard mistakes.isEmpty else { throw SettingsError(mistakes: mistakes) }
        return settings
    }

    private static func nonEmpty(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
