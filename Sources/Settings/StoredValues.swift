/// Values by the keys of their settings; what is not there is at its default.
struct StoredValues: Sendable {
    private struct Entry: Sendable {
        let value: any Sendable
        /// Where a secret was read from.
        let file: String?
    }

    private var entries: [String: Entry] = [:]

    func value<Value>(of setting: some AnySetting<Value>) -> Value {
        guard let entry = entries[setting.key], let value = entry.value as? Value else { return setting.defaultValue }
        return value
    }

    mutating func set<Value>(_ value: Value, of setting: some AnySetting<Value>, file: String? = nil) {
        entries[setting.key] = Entry(value: value, file: file)
    }

    func file(of setting: some AnySetting) -> String? {
        entries[setting.key]?.file
    }

    /// Copies the values of some settings from `others`; those that have none there return to their defaults.
    mutating func replace(_ settings: [any AnySetting], from others: StoredValues) {
        for setting in settings { entries[setting.key] = others.entries[setting.key] }
    }
}
