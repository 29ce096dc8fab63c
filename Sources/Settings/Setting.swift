/// A setting, declared once: its flag, its variables, its place in the file, its help, its documentation and its default come from here.
package struct Setting<Value: Sendable>: AnySetting {
    package let key: String
    package let flag: String
    package let takesSeveral: Bool
    package let kind: SettingKind<Value>
    package let defaultValue: Value
    package let summary: String
    package let aliases: [String]

    init(
        _ key: String,
        flag: String,
        takesSeveral: Bool = false,
        _ kind: SettingKind<Value>,
        default defaultValue: Value,
        _ summary: String,
        aliases: [String] = []
    ) {
        self.key = key
        self.flag = flag
        self.takesSeveral = takesSeveral
        self.kind = kind
        self.defaultValue = defaultValue
        self.summary = summary
        self.aliases = aliases
    }
}
