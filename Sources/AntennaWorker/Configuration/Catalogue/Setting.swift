/// A setting, declared once: its flag, its variables, its place in the file, its help and its documentation come from here.
struct Setting<Value: Sendable>: Sendable {
    /// Its place in the configuration file: words in snake_case, a dot between section and name.
    let key: String
    /// Its flag without the dashes; nil when it has none.
    let flag: String?
    /// What it holds.
    let kind: SettingKind<Value>
    /// What it is when nobody says anything.
    let defaultValue: Value
    /// What it does, a sentence for people.
    let summary: String
    /// Other variables that set it: the names the original worker used.
    let aliases: [String]

    init(
        _ key: String,
        flag: String?,
        _ kind: SettingKind<Value>,
        default defaultValue: Value,
        _ summary: String,
        aliases: [String] = []
    ) {
        self.key = key
        self.flag = flag
        self.kind = kind
        self.defaultValue = defaultValue
        self.summary = summary
        self.aliases = aliases
    }
}

/// A setting whatever its type: what listings, documentation and the search for misspelt names need.
protocol AnySetting: Sendable {
    var key: String { get }
    var flag: String? { get }
    var summary: String { get }
    var aliases: [String] { get }
    var kindName: String { get }
    var unit: String? { get }
    var placeholder: String { get }
    /// The default as text; empty for none.
    var defaultText: String { get }
    var isSecret: Bool { get }
    /// What is wrong with a text; nil when it can be read.
    func mistake(in text: String) -> String?
    /// The text as it would be shown, nil when it cannot be read.
    func shown(_ text: String) -> String?
}

extension Setting: AnySetting {
    var kindName: String { kind.name }
    var unit: String? { kind.unit }
    var placeholder: String { kind.placeholder }
    var defaultText: String { kind.show(defaultValue) }
    var isSecret: Bool { Value.self == Secret.self || Value.self == Secret?.self }

    func mistake(in text: String) -> String? {
        do {
            _ = try kind.parse(text)
            return nil
        } catch {
            return error.reason
        }
    }

    func shown(_ text: String) -> String? {
        (try? kind.parse(text)).map(kind.show)
    }
}

extension AnySetting {
    /// The key under which a secret's file is given.
    var fileKey: String { "\(key)_file" }
    /// The flag that names a secret's file; a secret itself has none, because every user of the machine sees command lines.
    var fileFlag: String? { isSecret ? flag.map { "\($0)-file" } : nil }
    /// The variables that set it, its own first.
    var variables: [String] { [Catalogue.variable(for: key)] + aliases }
}
