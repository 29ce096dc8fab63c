/// One thing that is wrong with the settings.
struct SettingMistake: Sendable, Hashable, CustomStringConvertible {
    /// More of one file than anybody reads: it is something else entirely.
    static let most = 100

    /// Where it stands: a flag, the name of a variable, a key of a file.
    let place: String
    /// What is wrong, and what would be right.
    let reason: String

    var description: String { "\(place): \(reason)" }
}

/// Settings that cannot be used, with every mistake that was found and not only the first.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    let mistakes: [SettingMistake]

    var description: String {
        let heading = mistakes.count == 1 ? "A setting is wrong:" : "\(mistakes.count) settings are wrong:"
        return ([heading] + mistakes.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// Why a text is not a value of a setting.
struct ValueError: Error, Equatable {
    /// Goes on where "base_url: " leaves off, for instance "is not a number".
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
