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

    /// Reads flags, environment, `.env` and configuration file, in the order in which they win.
    ///
    /// - Parameters:
    ///   - flags: What the command line said.
    ///   - environment: The variables of the process.
    ///   - directory: Where `.env`, the default configuration file and relative paths are.
    init(flags: FlagValues, environment: [String: String], directory: String = FileManager.default.currentDirectoryPath)
    {
        let files = SettingsFiles(directory: directory)
        let dotEnv = files.dotEnv()
        let configFile =
            flags.configFile ?? Self.nonEmpty(environment[Catalogue.configFileVariable])
            ?? Self.nonEmpty(dotEnv.variables[Catalogue.configFileVariable])
        var dotEnvLayer = SettingsLayer(.dotEnv, variables: dotEnv.variables)
        dotEnvLayer.mistakes.insert(contentsOf: dotEnv.mistakes, at: 0)
        var resolver = SettingsResolver(
            layers: [
                flags.layer,
                SettingsLayer(.environment, variables: environment),
                dotEnvLayer,
                files.configFile(configFile),
            ],
            readFile: { path throws(ValueError) in try files.read(path) }
        )
        settings = WorkerSettings(from: &resolver)
        effective = resolver.effective
        mistakes = resolver.mistakes
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

/// The files that settings come from.
private struct SettingsFiles: Sendable {
    /// More than any of these files has; a mistaken path must not fill memory.
    private static let maximumBytes = 1 << 20

    let directory: String

    func dotEnv() -> DotEnvFile {
        let path = absolute(".env")
        guard FileManager.default.fileExists(atPath: path) else { return DotEnvFile(parsing: "") }
        do throws(ValueError) {
            return DotEnvFile(parsing: try read(path))
        } catch {
            return DotEnvFile(unreadable: error)
        }
    }

    func configFile(_ named: String?) -> SettingsLayer {
        let name = named ?? ResolvedSettings.defaultConfigFile
        if named == nil, !FileManager.default.fileExists(atPath: absolute(name)) { return SettingsLayer(.file) }
        do throws(ValueError) {
            return ConfigFile.layer(parsing: try read(name), name: name)
        } catch {
            var layer = SettingsLayer(.file)
            layer.mistakes.append(SettingMistake(place: name, reason: error.reason))
            return layer
        }
    }

    func read(_ path: String) throws(ValueError) -> String {
        guard let handle = FileHandle(forReadingAtPath: absolute(path)) else {
            throw ValueError("the file \(path) cannot be opened")
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: Self.maximumBytes + 1) ?? Data()
        } catch {
            throw ValueError("the file \(path) cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= Self.maximumBytes else { throw ValueError("the file \(path) is larger than 1 MiB") }
        guard let text = String(data: data, encoding: .utf8) else {
            throw ValueError("the file \(path) is not UTF-8 text")
        }
        return text
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }
}
