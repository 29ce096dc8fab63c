/// One thing that is wrong with the settings.
package struct SettingMistake: Sendable, Hashable, CustomStringConvertible {
    /// More of one file than anybody reads: it is something else entirely.
    static let most = 100

    /// Where it stands: a flag, the name of a variable, a key of a file.
    package let place: String
    /// The mistake, and what would be right.
    package let reason: String

    package var description: String { "\(place): \(reason)" }
}
