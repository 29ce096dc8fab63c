/// The values of a group's settings: each under the name it is declared by, with the type it is declared with.
///
/// `ImageSettings` declares `let maxBytes = Setting(…, .byteCount(…), …)`; of a `GroupValues<ImageSettings>`, `maxBytes` is an `Int`.
@dynamicMemberLookup
package struct GroupValues<Group: SettingGroup>: Sendable {
    private let declared: Group
    private(set) var stored: StoredValues

    /// All of them at their defaults.
    package init() {
        self.init(declared: Group(), stored: StoredValues())
    }

    init(declared: Group, stored: StoredValues) {
        self.declared = declared
        self.stored = stored
    }

    package subscript<Value>(dynamicMember setting: KeyPath<Group, Setting<Value>>) -> Value {
        get { stored.value(of: declared[keyPath: setting]) }
        set { stored.set(newValue, of: declared[keyPath: setting]) }
    }

    /// The file that a secret was read from, to be read again when the secret is refused; nil when it did not come from a file.
    package func file(of setting: KeyPath<Group, Setting<Secret?>>) -> String? {
        stored.file(of: declared[keyPath: setting])
    }
}
