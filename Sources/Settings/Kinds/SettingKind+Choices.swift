extension SettingKind<Bool> {
    /// Yes or no.
    static var flag: SettingKind {
        SettingKind(
            name: "flag",
            placeholder: "true|false",
            parse: { text throws(ValueError) in
                switch text.trimmed.lowercased() {
                case "true", "yes", "on", "1": return true
                case "false", "no", "off", "0": return false
                default: throw ValueError("\"\(text)\" is neither true nor false")
                }
            },
            show: { "\($0)" }
        )
    }
}

extension SettingKind where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of a few words.
    static var choice: SettingKind {
        let words = Value.allCases.map(\.rawValue)
        return SettingKind(
            name: words.joined(separator: " · "),
            placeholder: words.joined(separator: "|"),
            parse: { text throws(ValueError) in
                guard let value = Value(rawValue: text.trimmed.lowercased()) else {
                    throw ValueError("\"\(text)\" is not one of \(words.joined(separator: ", "))")
                }
                return value
            },
            show: { $0.rawValue }
        )
    }
}
