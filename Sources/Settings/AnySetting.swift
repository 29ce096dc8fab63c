/// A setting whatever its type: what flags, listings, documentation and the search for misspelt names need.
package protocol AnySetting<Value>: Sendable {
    associatedtype Value: Sendable

    /// Its place in the configuration file: words in snake_case, a dot between section and name.
    var key: String { get }
    /// Its flag without the dashes; see also ``commandLineFlag``.
    var flag: String { get }
    /// Whether the flag takes several values: `--pipeline a b`.
    var takesSeveral: Bool { get }
    /// Its kind, and its bounds.
    var kind: SettingKind<Value> { get }
    /// Its default.
    var defaultValue: Value { get }
    /// Its purpose, a sentence for people.
    var summary: String { get }
    /// Other variables that set it: the names the original worker used.
    var aliases: [String] { get }
}

extension AnySetting {
    /// The name of its kind in the documentation.
    package var kindName: String { kind.name }
    /// The unit of a plain number, if there is one.
    package var unit: String? { kind.unit }
    /// The default as text; empty for none.
    package var defaultText: String { kind.show(defaultValue) }
    /// Whether it is never shown, and can come from a file of its own.
    package var isSecret: Bool { Value.self == Secret.self || Value.self == Secret?.self }
    /// Whether it is a yes or no, which a flag says without a value.
    package var isSwitch: Bool { Value.self == Bool.self }

    /// The variables that set it, its own first: `images.max_bytes` is `ANTENNA_WORKER_IMAGES_MAX_BYTES`.
    package var variables: [String] {
        [Catalogue.variablePrefix + String(key.uppercased().map { $0 == "." ? "_" : $0 })] + aliases
    }

    /// The key under which a secret's file is given.
    package var fileKey: String { "\(key)_file" }
    /// The variables that name a secret's file.
    package var fileVariables: [String] { isSecret ? variables.map { "\($0)_FILE" } : [] }
    /// Its flag on the command line.
    ///
    /// A secret's flag names its file, because every user of a machine sees command lines.
    package var commandLineFlag: String { isSecret ? "\(flag)-file" : flag }

    /// The mistake in a text; nil when it can be read.
    package func mistake(in text: String) -> String? {
        do {
            _ = try kind.parse(text)
            return nil
        } catch {
            return error.reason
        }
    }

    /// The text as it would be shown, nil when it cannot be read.
    package func shown(_ text: String) -> String? {
        (try? kind.parse(text)).map(kind.show)
    }
}
