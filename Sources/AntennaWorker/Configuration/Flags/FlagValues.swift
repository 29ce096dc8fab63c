import ArgumentParser

/// What the command line said, for the settings that were mentioned.
struct FlagValues: Sendable {
    private(set) var layer = SettingsLayer(.flag)
    /// The configuration file, if one was named.
    var configFile: String?

    /// Gathers what the groups of a command were given.
    init(_ groups: any SettingFlags...) {
        self.init(groups)
    }

    /// Gathers what the groups of a command were given.
    init(_ groups: [any SettingFlags]) {
        for group in groups { group.collect(into: &self) }
    }

    /// Takes in the value of a flag; nil when it was not given.
    mutating func set(_ setting: some AnySetting, _ text: String?) {
        guard let text, let flag = setting.flag else { return }
        layer.add(text, for: setting.key, place: "--\(flag)")
    }

    /// Takes in the value of a flag that was given once, several times, or not at all.
    mutating func set(_ setting: some AnySetting, _ texts: [String]) {
        set(setting, texts.isEmpty ? nil : texts.joined(separator: ","))
    }

    /// Takes in the file of a secret.
    mutating func setFile(of setting: some AnySetting, _ path: String?) {
        guard let path, let flag = setting.fileFlag else { return }
        layer.add(path, for: setting.fileKey, place: "--\(flag)")
    }
}

/// Flags that set settings of the catalogue.
protocol SettingFlags: ParsableArguments {
    /// Hands over what was given.
    func collect(into values: inout FlagValues)
}

extension Option {
    /// The flag of a setting, with the catalogue's help.
    init(_ setting: some AnySetting) where Value == String? {
        self.init(name: .customLong(setting.flag ?? setting.key), help: setting.help)
    }

    /// The flag of a setting that may be given several times.
    init(wrappedValue: [String], each setting: some AnySetting) where Value == [String] {
        self.init(
            wrappedValue: wrappedValue,
            name: .customLong(setting.flag ?? setting.key),
            parsing: .upToNextOption,
            help: setting.help
        )
    }

    /// The flag that names a secret's file.
    init(fileOf setting: some AnySetting) where Value == String? {
        let help = ArgumentHelp("A file that holds: \(setting.summary)", valueName: "path")
        self.init(name: .customLong(setting.fileFlag ?? setting.fileKey), help: help)
    }
}

extension Flag where Value == Bool? {
    /// The flag of a yes-or-no setting, with its `--no-` form.
    init(_ setting: some AnySetting) {
        self.init(name: .customLong(setting.flag ?? setting.key), inversion: .prefixedNo, help: setting.help)
    }
}

extension AnySetting {
    fileprivate var help: ArgumentHelp {
        let value = defaultText.isEmpty ? "" : " (default: \(defaultText))"
        return ArgumentHelp("\(summary)\(value)", valueName: placeholder.lowercased())
    }
}
