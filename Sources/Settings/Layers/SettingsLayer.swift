/// The values one origin brings, under the keys of the catalogue, each with the name it went by there.
struct SettingsLayer: Sendable {
    struct Entry: Sendable, Equatable {
        let text: String
        /// The user's own name for it: a flag, a variable, a key of the file.
        let place: String
    }

    let origin: SettingOrigin
    var entries: [String: Entry] = [:]
    var mistakes: [SettingMistake] = []

    init(_ origin: SettingOrigin) {
        self.origin = origin
    }

    /// Takes in a value that has been found; the second for the same key is a mistake.
    mutating func add(_ text: String, for key: String, place: String) {
        if let earlier = entries[key], earlier.text != text {
            let reason = "says something else than \(earlier.place); keep one of them"
            mistakes.append(SettingMistake(place: place, reason: reason))
        } else {
            entries[key] = Entry(text: text, place: place)
        }
    }
}
