/// Settings that cannot be used, with every mistake that was found and not only the first.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// The mistakes, in the order in which they were found.
    package let mistakes: [SettingMistake]

    package var description: String {
        let heading = mistakes.count == 1 ? "A setting is wrong:" : "\(mistakes.count) settings are wrong:"
        return ([heading] + mistakes.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension SettingsError {
    /// One mistake, that shows only once a value is used.
    package init(_ setting: some AnySetting, _ reason: String) {
        self.init(mistakes: [SettingMistake(place: setting.key, reason: reason)])
    }
}
