package import ArgumentParser

/// The values of a command line, for the settings that it names.
package struct FlagValues: Sendable {
    private(set) var layer = SettingsLayer(.flag)
    /// The configuration file, if one was named.
    package var configFile: String?

    /// None at all.
    package init() {}

    /// Gathers what the option groups of a command were given.
    package init(of command: some ParsableArguments) {
        collect(from: command)
    }

    /// Takes in the value of a flag.
    package mutating func set(_ setting: some AnySetting, _ text: String) {
        let key = setting.isSecret ? setting.fileKey : setting.key
        layer.add(text, for: key, place: "--\(setting.commandLineFlag)")
    }

    /// Takes in what a command prefers to the setting's default, unless a flag says otherwise.
    package mutating func prefer(_ text: String, for setting: some AnySetting) {
        if layer.entries[setting.key] == nil { set(setting, text) }
    }

    mutating func collect(from arguments: some ParsableArguments) {
        for child in Mirror(reflecting: arguments).children {
            (child.value as? any FlagSource)?.collect(into: &self)
        }
    }
}
